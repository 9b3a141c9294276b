// Another link to the page that is open already loads nothing: browsers only change the fragment. So the page is told.
import { useEffect } from "react";

export function FragmentWatch({ onChange }) {
  useEffect(() => {
    const tell = () => onChange?.();
    window.addEventListener("hashchange", tell);
    return () => window.removeEventListener("hashchange", tell);
  }, [onChange]);
  return null;
}
