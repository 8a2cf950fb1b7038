#include "canon_console.h"

static const unsigned char index_html[] = {
#embed "assets/index.html"
};

static const canon_console_asset assets[] = {
    {"index.html", "text/html; charset=utf-8", index_html, sizeof index_html},
};

const canon_console_asset *canon_console_assets(size_t *count) {
    *count = sizeof assets / sizeof assets[0];
    return assets;
}
