"""What each route does, whatever the framework: validated values in, a `Reply` out, over the store in use."""
