// <relative-time>: keeps "5 minutes ago" true while the page is open, and says the exact time in the reader's zone.
const STEPS = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [2592000, "day", 86400]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "always" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

class RelativeTime extends HTMLElement {
  connectedCallback() {
    this.time = this.querySelector("time");
    this.moment = new Date(this.time.dateTime);
    this.time.title = exact.format(this.moment);
    this.timer = setInterval(() => this.tell(), 60_000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tell() {
    const seconds = (Date.now() - this.moment) / 1000;
    const step = STEPS.find(([limit]) => seconds < limit);
    if (step && step[1] !== "second") this.time.textContent = words.format(-Math.floor(seconds / step[2]), step[1]);
  }
}
customElements.define("relative-time", RelativeTime);
