// The tool bar of <md-editor>: each button puts Markdown around or in front of what is selected.
const AROUND = { bold: ["**", "**"], italic: ["_", "_"], code: ["`", "`"], link: ["[", "](https://)"] };
const BEFORE = { quote: () => "> ", list: () => "- ", numbers: (index) => `${index + 1}. ` };

class MdTools extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-act]");
      if (tool) this.apply(tool.dataset.act, this.closest("md-editor").querySelector("textarea"));
    });
  }

  apply(act, area) {
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
    area.focus();
    if (BEFORE[act]) {
      const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
      area.setSelectionRange(start, area.selectionEnd);
      const lines = area.value.slice(start, area.selectionEnd).split("\n");
      this.put(area, lines.map((line, index) => BEFORE[act](index) + line).join("\n"));
      return;
    }
    const fence = act === "code" && chosen.includes("\n");
    const [open, close] = fence ? ["```\n", "\n```"] : AROUND[act];
    const from = area.selectionStart;
    this.put(area, open + chosen + close);
    if (!chosen) area.setSelectionRange(from + open.length, from + open.length);
  }

  put(area, text) {
    // The old command is the one way that keeps the browser's own undo.
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text);
  }
}
customElements.define("md-tools", MdTools);
