// What loads only when it comes on the screen.
import { useEffect, useState } from "./ui.js";

const NEAR = "200px";

/** Whether the element of a ref has been on the screen or close to it; once true, it stays so. */
export function useSeen(ref) {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !ref.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => { if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true); },
      { rootMargin: NEAR }
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [seen]);
  return seen;
}
