"use strict";
// Marks items wrong, changes and adds them, and offers the corrections as a file. Nothing is sent anywhere.
(() => {
  const insights = JSON.parse(document.getElementById("insights").textContent).insights;
  const panel = document.getElementById("corrections");
  const form = document.getElementById("correction-form");
  const added = document.getElementById("added");
  const download = document.getElementById("download");
  const corrections = new Map();
  let editing = null;

  function show() {
    const count = corrections.size;
    download.disabled = count === 0;
    download.textContent = count ? `Download ${count} correction${count === 1 ? "" : "s"}` : "Download corrections";
  }

  function deadline(before, date) {
    if (date === (before?.date ?? "")) return before ?? null;
    return date ? { phrase: date, anchor: null, timezone: before?.timezone ?? "UTC", date } : null;
  }

  function words(item) {
    return [item.task, item.owner ?? "nobody yet", item.deadline?.date ?? item.deadline?.phrase]
      .filter(Boolean).join(" · ");
  }

  // The words that are marked in the transcript, if they are of one turn.
  function selectedWords() {
    const selection = document.getSelection();
    const turn = (node) => (node instanceof Element ? node : node?.parentElement)?.closest(".words");
    const start = turn(selection.anchorNode);
    return start && start === turn(selection.focusNode) ? selection.toString().trim() : "";
  }

  function open(key, item, place) {
    editing = { key, before: key === null ? null : item };
    form.elements.task.value = item?.task ?? "";
    form.elements.owner.value = item?.owner ?? "";
    form.elements.date.value = item?.deadline?.date ?? "";
    form.elements.quote.value = key === null ? selectedWords() : "";
    form.querySelector(".quote").hidden = key !== null;
    place.append(form);
    form.hidden = false;
    form.elements.task.focus();
  }

  function close() {
    form.hidden = true;
    editing = null;
  }

  function listAdded(key, item) {
    const line = document.createElement("li");
    const text = document.createElement("span");
    const remove = document.createElement("button");
    text.textContent = words(item);
    text.dir = "auto";
    remove.type = "button";
    remove.textContent = "Remove";
    remove.addEventListener("click", () => { corrections.delete(key); line.remove(); show(); });
    line.append(text, remove);
    added.append(line);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { key, before } = editing;
    const { task, owner, date, quote } = Object.fromEntries(new FormData(form));
    const changes = { task: task.trim(), owner: owner.trim() || null, deadline: deadline(before?.deadline, date) };
    if (key === null) {
      const correction = { after: changes, ...(quote.trim() ? { quote: quote.trim() } : {}) };
      const newKey = Symbol("missed");
      corrections.set(newKey, correction);
      listAdded(newKey, changes);
    } else {
      corrections.set(key, { before, after: { ...before, ...changes } });
      document.getElementById(key).dispatchEvent(new Event("corrected"));
    }
    close();
    show();
  });
  form.querySelector("[value=cancel]").addEventListener("click", close);

  document.addEventListener("selectionchange", () => {
    const quote = form.hidden || editing?.key !== null ? "" : selectedWords();
    if (quote) form.elements.quote.value = quote;
  });

  insights.action_items.items.forEach((item, index) => {
    const entry = document.getElementById(`A${index + 1}`);
    const buttons = entry?.querySelector(".correct");
    if (!buttons) return;
    const [wrong, edit] = buttons.querySelectorAll("button");
    const state = buttons.querySelector("output");
    const render = () => {
      const correction = corrections.get(entry.id);
      entry.classList.toggle("wrong", correction !== undefined && !correction.after);
      wrong.textContent = correction ? "Undo" : "Wrong";
      state.textContent = correction?.after ? words(correction.after) : "";
    };
    wrong.addEventListener("click", () => {
      if (!corrections.delete(entry.id)) corrections.set(entry.id, { before: item });
      render();
      show();
    });
    edit.addEventListener("click", () => open(entry.id, item, buttons.parentElement));
    entry.addEventListener("corrected", render);
    buttons.hidden = false;
  });

  document.getElementById("add").addEventListener("click", () => open(null, null, panel));
  download.addEventListener("click", () => {
    const content = { transcript_sha256: insights.transcript_sha256, items: [...corrections.values()] };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 1)], { type: "application/json" }));
    link.download = "corrections.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });
  panel.hidden = false;
  show();
})();
