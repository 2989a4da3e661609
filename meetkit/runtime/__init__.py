"""The collaborators of a process: the store and the model that calls use unless they are given others."""
