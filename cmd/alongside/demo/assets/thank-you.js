import { emptyBasket } from "./basket.js";

if (document.querySelector("[data-order-placed]")) emptyBasket();
