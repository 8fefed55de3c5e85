// The place that a read will point to: in the form of the read, and on the radiograph.

export class ReadMark {
  /** `form` may be missing: not everybody reads. A place that came back with the form is shown. */
  constructor(form, panes) {
    Object.assign(this, { form, panes });
    if (!form) return;
    this.words = form.querySelector("[data-marked-words]");
    const away = form.querySelector("[data-unmark]");
    away.hidden = false;
    away.addEventListener("click", () => {
      this.put(panes[0], null);
      form.elements.comment.focus();
    });
    const { marked_radiograph: radiograph, marked_x: x, marked_y: y } = form.elements;
    const pane = panes.find((one) => one.root.dataset.radiograph === radiograph.value);
    // Where a read is amended its place is on the radiograph already.
    const amends = form.closest("details") !== null;
    if (pane && x.value && y.value && !amends) this.#draw(pane, { x: Number(x.value), y: Number(y.value) });
  }

  /** A point in pixels of the pane's radiograph; null takes the mark away. */
  put(pane, point) {
    if (!this.form) return;
    const { marked_radiograph: radiograph, marked_x: x, marked_y: y } = this.form.elements;
    radiograph.value = point ? pane.root.dataset.radiograph : "";
    x.value = point ? point.x.toFixed(1) : "";
    y.value = point ? point.y.toFixed(1) : "";
    this.words.hidden = !point;
    // Who marks sees where it is kept.
    const closed = this.form.closest("details");
    if (closed && point) closed.open = true;
    this.#draw(pane, point);
  }

  #draw(pane, point) {
    for (const one of this.panes) {
      one.rulers.mark = one === pane ? point : null;
      one.show();
    }
  }
}
