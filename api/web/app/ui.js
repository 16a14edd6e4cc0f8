// What every view is written with. One address for it, so that there is one copy of it on the page.
export {
  h, html, render, createContext,
  useCallback, useContext, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useReducer, useRef, useState,
} from "/web/vendor/htm/standalone.module.js";
