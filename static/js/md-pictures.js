// <md-pictures> in <md-editor>: pictures that are pasted, dropped or picked go to the <md-picture> in it. Without
// scripts its link opens a page where one is added.
class MdPictures extends HTMLElement {
  connectedCallback() {
    this.one = this.querySelector("md-picture");
    const editor = this.closest("md-editor");
    const file = this.querySelector("input[type=file]");
    this.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      file.click();
    });
    file.addEventListener("change", () => {
      this.one.take([...file.files]);
      file.value = "";
    });
    editor.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    editor.addEventListener("drop", (event) => this.offered(event, event.dataTransfer));
    editor.addEventListener("paste", (event) => this.offered(event, event.clipboardData));
  }

  // Text that was copied in an office program comes with a picture of itself: then the text is meant.
  offered(event, transfer) {
    if (!transfer.files.length || transfer.types.includes("text/plain")) return;
    event.preventDefault(); // the browser would open a file in place of the page
    this.one.take([...transfer.files]);
  }
}
customElements.define("md-pictures", MdPictures);
