// The UI library, under one address, so that the page loads one copy of it.
export {
  h, html, render, createContext,
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "/web/vendor/htm/standalone.module.js";
