// The conversation follows what is written, unless the reader has gone elsewhere in it.

const NEAR_PX = 48;

const scroller = document.getElementById("scroll");
const thread = document.getElementById("thread");
const jump = document.getElementById("jump");

let isFollowing = true;
let seenTop = 0;

function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
}

/** Show the end, and stay there. */
export function follow() {
  isFollowing = true;
  jump.hidden = true;
  scroller.scrollTop = scroller.scrollHeight;
}

/** Change something above without moving what the reader looks at. */
export function keepPlace(change) {
  const fromEnd = scroller.scrollHeight - scroller.scrollTop;
  change();
  scroller.scrollTop = scroller.scrollHeight - fromEnd;
}

/** Something was written at the end of the conversation. */
export function noteNews() {
  if (!isFollowing && !isAtEnd()) jump.hidden = false;
}

export function startScroll() {
  scroller.addEventListener(
    "scroll",
    () => {
      // A pane that is hidden on a phone has no height and tells nothing.
      if (!scroller.clientHeight) return;
      // What we scroll is told a frame later, and the pane may have shrunk by then: only up is the reader's way.
      if (isAtEnd()) isFollowing = true;
      else if (scroller.scrollTop < seenTop) isFollowing = false;
      seenTop = scroller.scrollTop;
      if (isFollowing) jump.hidden = true;
    },
    { passive: true },
  );
  jump.addEventListener("click", () => {
    follow();
    document.getElementById("message").focus({ preventScroll: true });
  });
  const target = location.hash.startsWith("#turn-") && document.querySelector(location.hash);
  if (target) isFollowing = target === thread.lastElementChild;
  const settle = () => isFollowing && (scroller.scrollTop = scroller.scrollHeight);
  const watcher = new ResizeObserver(settle);
  watcher.observe(scroller);
  watcher.observe(thread);
  settle();
}
