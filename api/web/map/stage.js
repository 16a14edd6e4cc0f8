// Panning and zooming of a sheet within its frame, by transforms of the element: nothing renders again
// meanwhile.

const MAX_ZOOM = 2.5;
const MIN_ZOOM = 0.08;
const STEP = 1.3;
const MARGIN = 14;
const REST = 250;

/** Zoom at which words can still be read. */
const READABLE = 0.5;

/** Zoom below which small words are left out. */
const FAR = 0.45;

export class Stage {
  /** @param frame the element that clips, and takes the events; @param sheet the one that is moved */
  constructor(frame, sheet, onMove = () => {}) {
    Object.assign(
      this,
      {
        frame,
        sheet,
        onMove,
        x: 0,
        y: 0,
        scale: 1,
        size: { width: 1, height: 1 },
        fingers: new Map(),
        moved: 0,
        own: false
      }
    );
    const off = listen(frame, {
      pointerdown: (event) => this.press(event), pointermove: (event) => this.drag(event),
      pointerup: (event) => this.release(event), pointercancel: (event) => this.release(event),
      wheel: (event) => this.wheel(event),
    });
    this.off = () => {
      clearTimeout(this.rest);
      off();
    };
  }

  /** Sets the height of the frame to that of the picture at the available width, within the screen. */
  grow({ width, height }) {
    const scale = Math.min(1.1, (this.frame.clientWidth - 2 * MARGIN) / width);
    const room = Math.max(320, innerHeight * 0.95);
    const least = Math.min(height * READABLE, innerHeight * 0.6);
    this.frame.style.height = `${Math.min(room, Math.max(200, least, height * scale) + 2 * MARGIN + 12)}px`;
  }

  /** Fits a picture into the frame; one that would be unreadable starts at its top left instead. */
  fit(size = this.size) {
    this.size = size;
    this.own = false;
    const { clientWidth, clientHeight } = this.frame;
    const whole = Math.min(
      (clientWidth - 2 * MARGIN) / size.width,
      (clientHeight - 2 * MARGIN) / size.height
    );
    const scale = Math.max(Math.min(whole, 1.15), READABLE);
    const centred = (room, length) => (
      length * scale < room - 2 * MARGIN
        ? (room - length * scale) / 2
        : MARGIN
    );
    this.move(centred(clientWidth, size.width), centred(clientHeight, size.height), scale);
  }

  /** Makes a rectangle of the sheet visible with the smallest move. */
  show({ x, y, width, height }) {
    const { clientWidth, clientHeight } = this.frame;
    const shift = (at, from, length, room) => {
      const near = at + from * this.scale;
      const far = near + length * this.scale;
      return near < MARGIN
        ? at + MARGIN - near
        : far > room - MARGIN
        ? at - Math.min(far - room + MARGIN, near - MARGIN)
        : at;
    };
    this.move(shift(this.x, x, width, clientWidth), shift(this.y, y, height, clientHeight), this.scale);
  }

  /** Zooms around a point; `own`: the user has changed the view. */
  zoom(factor, x = this.frame.clientWidth / 2, y = this.frame.clientHeight / 2) {
    this.own = true;
    const scale = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, this.scale * factor));
    const ratio = scale / this.scale;
    this.move(x - (x - this.x) * ratio, y - (y - this.y) * ratio, scale);
  }

  zoomIn() { this.zoom(STEP); }
  zoomOut() { this.zoom(1 / STEP); }

  move(x, y, scale) {
    Object.assign(this, { x, y, scale });
    this.hold();
    this.sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.frame.toggleAttribute("data-far", scale < FAR);
    this.onMove();
  }

  /** A moving sheet is a scaled bitmap; at rest its text is rendered sharp. */
  hold() {
    this.sheet.style.willChange = "transform";
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.sheet.style.willChange = "auto"; }, REST);
  }

  press(event) {
    if (event.button) return;
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.fingers.size === 1) this.moved = 0;
  }

  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    this.moved += Math.abs(dx) + Math.abs(dy);
    if (
      this.moved > 4
        && !this.frame.hasPointerCapture(event.pointerId)
    ) this.frame.setPointerCapture(event.pointerId);
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.pinch(other, before, now);
    else {
      this.own = true;
      this.move(this.x + dx, this.y + dy, this.scale);
    }
    this.fingers.set(event.pointerId, now);
  }

  pinch(other, before, now) {
    const box = this.frame.getBoundingClientRect();
    const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    this.zoom(apart(now) / apart(before), (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top);
  }

  release(event) {
    this.fingers.delete(event.pointerId);
  }

  /** Ctrl and wheel, also a pinch on a trackpad, zoom; the wheel alone scrolls the page. */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.frame.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }

  /** Whether the gesture was a drag, and not a click. */
  get dragged() {
    return this.moved > 4;
  }
}

function listen(element, listeners) {
  for (
    const [name, listener] of Object.entries(listeners)
  ) element.addEventListener(
    name,
    listener,
    { passive: false }
  );
  return () => {
    for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
  };
}
