// Tells the site that a hit was opened, at the address in its ``ping``. Most browsers would by themselves, Firefox
// only when it is set to; so all are taken off the work, and each hit is told of once.
for (const kind of ["click", "auxclick"]) {
  document.addEventListener(kind, (event) => {
    const link = event.button < 2 && event.target.closest?.("a[ping]");
    if (link && navigator.sendBeacon?.(link.getAttribute("ping"))) link.removeAttribute("ping");
  });
}
