/// The few words that say what stands beside them, in any log.
enum Vocabulary {
    /// Last labels of host names. `com` and its like also begin reversed names (`com.example.Widget`), see `rootLabels`.
    static let topLevelDomains = WordSet(
        """
        com org net edu gov mil io info biz de uk cn hk jp fr ru nl br it pl in au kr tw ca ch se no es eu us cz at be dk fi
        local internal lan
        """)
    /// First labels of reversed names.
    static let rootLabels = WordSet("com org net edu gov io")
    /// Last labels of file names.
    static let fileExtensions = WordSet(
        """
        log txt exe dll conf cfg xml json yaml yml toml py pyc java jar class cpp hpp c h cc go rs swift js mjs ts css html htm
        php rb pl sh bat cmd so sys db sqlite gz zip tar bz2 xz zst png jpg jpeg gif svg pdf csv pem crt key sock pid service
        socket mount timer lock tmp bak cache ini rrd cab plist manifest app deb rpm img iso dat
        """)
    static let units = WordSet(
        """
        b kb mb gb tb k m g kib mib gib bytes byte ms us ns s sec secs second seconds msec msecs min mins minute minutes hour
        hours h hz khz mhz ghz
        """)
    static let weekdays = WordSet(
        "sun mon tue wed thu fri sat sunday monday tuesday wednesday thursday friday saturday")
    static let months = WordSet(
        """
        jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october
        november december
        """)
    static let timeZones = WordSet("utc gmt est edt cst cdt mst mdt pst pdt cet cest bst")
    /// What stands for a value that is not there.
    static let nothing = WordSet("null nil none undefined nan")
    /// Methods of HTTP (RFC 9110 §9.3, RFC 5789).
    static let methods = WordSet("get head post put delete connect options trace patch")
    /// Keys whose value is the message itself.
    static let messageKeys = WordSet("msg message error err event reason")
    /// States: a line that says `started` is another event than one that says `stopped`, however many of them there are.
    static let states = WordSet(
        """
        true false yes no on off null nil none ok failed succeeded success failure enabled disabled up down start stop begin
        end started stopped paused resumed
        """)
    /// A word after one of these names somebody or something.
    static let holders = WordSet("user host login username hostname")
    /// Names in which the digit belongs to the name.
    static let namesWithDigits = WordSet(
        """
        ipv4 ipv6 http2 http3 md5 sha1 sha256 sha512 utf8 utf16 base64 x86 x64 oauth2 i18n l10n p2p s3 ec2 k8s
        """)
}
