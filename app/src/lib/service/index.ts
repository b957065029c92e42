// The service's one door for the app: typed calls, pages, blocks, the chain behind it, live events. No keys here.
export { readAccount, readProvider, searchProviders, type AccountInfo, type ProviderInfo } from "./accounts.ts";
export type { AskGateway, ReachedPath } from "./ask-gateway.ts";
export { fetchBlock, missingBlocks, putBlock, putBlockPatiently } from "./blocks.ts";
export { chainClient, placetChain, rpc } from "./chain.ts";
export { forgetAllHere, forgetHere, keepHere, listHere, readHere, type DeviceShelf } from "./device.ts";
export { gatewayInfo, place, type GatewayInfo } from "./gateway.ts";
export { onLive, resetLive, type LiveEvent } from "./live.ts";
export { readAll, readPage, type ListPage } from "./pages.ts";
export { failureOf, onSignedOut, onSigning, onTokenOver, request, type Query, type RequestOptions } from "./request.ts";
export { addressShape, digestShape, timeShape } from "./shapes.ts";
