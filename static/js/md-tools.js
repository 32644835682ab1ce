// The tool bar of <md-editor>: each button puts Markdown around or in front of what is selected.
const AROUND = { bold: ["**", "**"], italic: ["_", "_"], code: ["`", "`"], link: ["[", "](https://)"] };
const BEFORE = { quote: () => "> ", list: () => "- ", numbers: (index) => `${index + 1}. ` };

class MdTools extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-act]");
      if (tool) this.apply(tool.dataset.act, this.closest("md-editor"));
    });
  }

  apply(act, editor) {
    const { area } = editor;
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
    if (BEFORE[act]) {
      const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
      area.setSelectionRange(start, area.selectionEnd);
      const lines = area.value.slice(start, area.selectionEnd).split("\n");
      editor.put(lines.map((line, index) => BEFORE[act](index) + line).join("\n"));
      return;
    }
    const fence = act === "code" && chosen.includes("\n");
    const [open, close] = fence ? ["```\n", "\n```"] : AROUND[act];
    const from = area.selectionStart;
    editor.put(open + chosen + close);
    if (!chosen) area.setSelectionRange(from + open.length, from + open.length);
  }
}
customElements.define("md-tools", MdTools);
