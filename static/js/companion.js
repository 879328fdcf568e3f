// The companion's page. What the server says arrives as events on document (events.js); what is shown is
// always fetched as a fragment through its ordinary address. Only text in the making comes by event.

import { startComposer } from "./companion/composer.js";
import { startNotices } from "./companion/notices.js";
import { startPages } from "./companion/pages.js";
import { startPanels } from "./companion/panels.js";
import { startScroll } from "./companion/scroll.js";
import { startStream } from "./companion/stream.js";
import { startThread } from "./companion/thread.js";

startScroll();
startThread();
startStream();
startComposer();
startPanels();
startPages();
startNotices();
