package io.aicc.operator.ari.link;

import ch.loway.oss.ari4java.ARI;
import ch.loway.oss.ari4java.AriVersion;
import ch.loway.oss.ari4java.tools.BaseAriAction;
import ch.loway.oss.ari4java.tools.HttpClient;
import ch.loway.oss.ari4java.tools.WsClient;

/** ari4java as we use it. */
final class AriClient {
    /** What Asterisk 22 announces; pinned, for detection would refuse a PBX that announces the next one. */
    private static final AriVersion VERSION = AriVersion.ARI_10_0_0;

    static {
        // What a newer Asterisk says more than ari4java knows must not make everything it says unreadable.
        BaseAriAction.setObjectMapperLessStrict();
    }

    private AriClient() {}

    static ARI over(HttpClient requests, WsClient events, String app) {
        ARI ari = new ARI();
        ari.setVersion(VERSION);
        ari.setAppName(app);
        ari.setHttpClient(requests);
        ari.setWsClient(events);
        return ari;
    }
}
