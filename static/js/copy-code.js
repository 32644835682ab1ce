// Every block of code gets a button that copies it, and a place in the tab order so that it can be scrolled by keys.
class CopyCode extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy this code");
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      const text = this.parentElement.querySelector("pre").innerText.replace(/\n$/, "");
      button.textContent = await navigator.clipboard.writeText(text).then(() => "Copied", () => "Press Ctrl+C");
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    this.replaceChildren(button);
  }
}
customElements.define("copy-code", CopyCode);

offer();

function offer() {
  for (const wide of document.querySelectorAll(".prose pre, .prose table")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
  for (const pre of document.querySelectorAll(".prose pre")) {
    const block = pre.closest(".highlight") ?? wrapped(pre);
    if (navigator.clipboard && !block.querySelector("copy-code")) block.append(document.createElement("copy-code"));
  }
}

function wrapped(pre) {
  const block = document.createElement("div");
  block.className = "highlight";
  pre.replaceWith(block);
  block.append(pre);
  return block;
}
