// <queue-keys>: j and k go through the questions of a list; on one of them o opens it and c takes it or gives it back.
class QueueKeys extends HTMLElement {
  connectedCallback() {
    this.onKey = (event) => this.act(event);
    document.addEventListener("keydown", this.onKey);
    const place = document.getElementById("queue-keys"); // who speaks to their machine types keys without meaning to
    place.hidden = false;
    this.inUse = place.querySelector("input");
    this.inUse.checked = localStorage.getItem("queue-keys") !== "off";
    this.inUse.addEventListener("change", () => localStorage.setItem("queue-keys", this.inUse.checked ? "on" : "off"));
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  act(event) {
    if (!this.inUse.checked || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const rows = [...this.querySelectorAll(".question-row")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    if (event.key === "j") this.go(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === "k") this.go(rows[Math.max(at - 1, 0)]);
    else if (event.key === "o") rows[at]?.querySelector(".question-row__title a").click();
    else if (event.key === "c") rows[at]?.querySelector("button[name=claim]")?.click();
    else return;
    event.preventDefault();
  }

  go(row) {
    const link = row?.querySelector(".question-row__title a");
    link?.focus();
    link?.scrollIntoView({ block: "nearest" });
  }
}
customElements.define("queue-keys", QueueKeys);
