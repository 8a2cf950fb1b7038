#include "canon_console.h"

// The files of the page, byte for byte. `clients/canon.js` is the client that others use too, so there is one of it.
#define EMBEDDED(name) static const unsigned char name[]

EMBEDDED(index_html) = {
#embed "assets/index.html"
};
EMBEDDED(icon_svg) = {
#embed "assets/icon.svg"
};
EMBEDDED(theme_js) = {
#embed "assets/theme.js"
};
EMBEDDED(console_css) = {
#embed "assets/console.css"
};
EMBEDDED(workspace_css) = {
#embed "assets/workspace.css"
};
EMBEDDED(conversation_css) = {
#embed "assets/conversation.css"
};
EMBEDDED(audit_css) = {
#embed "assets/audit.css"
};
EMBEDDED(problems_css) = {
#embed "assets/problems.css"
};
EMBEDDED(progress_css) = {
#embed "assets/progress.css"
};
EMBEDDED(prose_css) = {
#embed "assets/prose.css"
};
EMBEDDED(canon_js) = {
#embed "../../clients/canon.js"
};
EMBEDDED(audit_js) = {
#embed "assets/audit.js"
};
EMBEDDED(composer_js) = {
#embed "assets/composer.js"
};
EMBEDDED(connection_status_js) = {
#embed "assets/connection-status.js"
};
EMBEDDED(console_js) = {
#embed "assets/console.js"
};
EMBEDDED(conversation_js) = {
#embed "assets/conversation.js"
};
EMBEDDED(conversation_view_js) = {
#embed "assets/conversation-view.js"
};
EMBEDDED(devices_js) = {
#embed "assets/devices.js"
};
EMBEDDED(dom_js) = {
#embed "assets/dom.js"
};
EMBEDDED(history_chart_js) = {
#embed "assets/history-chart.js"
};
EMBEDDED(highlight_js) = {
#embed "assets/highlight.js"
};
EMBEDDED(markdown_js) = {
#embed "assets/markdown.js"
};
EMBEDDED(markdown_inline_js) = {
#embed "assets/markdown-inline.js"
};
EMBEDDED(markdown_view_js) = {
#embed "assets/markdown-view.js"
};
EMBEDDED(overlay_js) = {
#embed "assets/overlay.js"
};
EMBEDDED(problems_js) = {
#embed "assets/problems.js"
};
EMBEDDED(progress_js) = {
#embed "assets/progress.js"
};
EMBEDDED(run_view_js) = {
#embed "assets/run-view.js"
};
EMBEDDED(session_js) = {
#embed "assets/session.js"
};
EMBEDDED(sidebar_js) = {
#embed "assets/sidebar.js"
};
EMBEDDED(sign_in_js) = {
#embed "assets/sign-in.js"
};
EMBEDDED(thread_list_js) = {
#embed "assets/thread-list.js"
};
EMBEDDED(timeline_js) = {
#embed "assets/timeline.js"
};
EMBEDDED(workspace_js) = {
#embed "assets/workspace.js"
};

#define HTML "text/html; charset=utf-8"
#define SVG "image/svg+xml"
#define CSS "text/css; charset=utf-8"
#define JS "text/javascript; charset=utf-8"
#define ASSET(name, type, bytes) {name, type, bytes, sizeof bytes}

static const canon_console_asset assets[] = {
    ASSET("index.html", HTML, index_html),
    ASSET("icon.svg", SVG, icon_svg),
    ASSET("theme.js", JS, theme_js),
    ASSET("console.css", CSS, console_css),
    ASSET("workspace.css", CSS, workspace_css),
    ASSET("conversation.css", CSS, conversation_css),
    ASSET("audit.css", CSS, audit_css),
    ASSET("problems.css", CSS, problems_css),
    ASSET("progress.css", CSS, progress_css),
    ASSET("prose.css", CSS, prose_css),
    ASSET("canon.js", JS, canon_js),
    ASSET("audit.js", JS, audit_js),
    ASSET("composer.js", JS, composer_js),
    ASSET("connection-status.js", JS, connection_status_js),
    ASSET("console.js", JS, console_js),
    ASSET("conversation.js", JS, conversation_js),
    ASSET("conversation-view.js", JS, conversation_view_js),
    ASSET("devices.js", JS, devices_js),
    ASSET("dom.js", JS, dom_js),
    ASSET("highlight.js", JS, highlight_js),
    ASSET("history-chart.js", JS, history_chart_js),
    ASSET("markdown.js", JS, markdown_js),
    ASSET("markdown-inline.js", JS, markdown_inline_js),
    ASSET("markdown-view.js", JS, markdown_view_js),
    ASSET("overlay.js", JS, overlay_js),
    ASSET("problems.js", JS, problems_js),
    ASSET("progress.js", JS, progress_js),
    ASSET("run-view.js", JS, run_view_js),
    ASSET("session.js", JS, session_js),
    ASSET("sidebar.js", JS, sidebar_js),
    ASSET("sign-in.js", JS, sign_in_js),
    ASSET("thread-list.js", JS, thread_list_js),
    ASSET("timeline.js", JS, timeline_js),
    ASSET("workspace.js", JS, workspace_js),
};

const canon_console_asset *canon_console_assets(size_t *count) {
    *count = sizeof assets / sizeof assets[0];
    return assets;
}
