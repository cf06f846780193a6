// The editor itself is half a megabyte: the browser fetches it once, as a file, where the rest travels with each draw.
const app = document.querySelector('script[type="module"][src*="static/js/"]').src;
const { default: mount } = await import(new URL(`../../app/static/${BUNDLE}`, app).href);
export default mount;
