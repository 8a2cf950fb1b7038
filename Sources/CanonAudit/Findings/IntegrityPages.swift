/// What the page of an integrity rule about two measurements says. Its examples have two sides, and are its tests as well.
public struct ComparisonPage: Sendable {
    /// A small project, and the same one after a change that is to be judged.
    public struct Example: Sendable {
        /// What the change does, in a few words; a heading of the page.
        public var title: String
        /// One named `canon.yaml` is the manifest.
        public var before: [RuleExample.File]
        public var after: [RuleExample.File]

        init(_ title: String, before: [RuleExample.File], after: [RuleExample.File]) {
            self.title = title
            self.before = before
            self.after = after
        }
    }

    public var identity: RuleIdentity
    public var rationale: String
    /// Each gives at least one finding of the rule.
    public var violating: [Example]
    /// Each gives none.
    public var clean: [Example]

    public static let all = [detectorChanged, scopeShrank]

    // MARK: The rules

    private static let detectorChanged = ComparisonPage(
        identity: IntegrityRules.detectorChanged,
        rationale: """
            A number of findings falls in two ways: somebody mends the code, or somebody changes what looks at it. Both look the same \
            in a report, and the second was called a completed consolidation more than once. So the base of a comparison is measured \
            a second time with the manifest of the change, and what only the new manifest fails to see is named here, one by one.
            """,
        violating: [
            Example(
                "A rule is switched off", before: shop(),
                after: shop(manifest: manifest + "  rules: {import-path: off}\n")),
            Example(
                "A scope takes the file in which the finding stood", before: shop(),
                after: shop(manifest: manifest + "  scopes:\n    backup: [orders.py]\n")),
        ],
        clean: [
            Example(
                "The code is mended and the manifest stays", before: shop(),
                after: shop(orders: "from shop.cache import Cache\n\norders = Cache()\n")),
            Example(
                "The manifest says more, and leaves nothing out", before: shop(),
                after: shop(manifest: manifest + "  limits: {file_lines: 900}\n")),
        ])

    private static let scopeShrank = ComparisonPage(
        identity: IntegrityRules.scopeShrank,
        rationale: """
            Code that lies in a folder of backups, tests or tools does not count as live. Moving a second implementation there makes its \
            findings go away and leaves the program as it was, for Python imports it from there as well. So code that was live in the \
            base and stands in another scope now is named, and the comparison is no progress.
            """,
        violating: [
            Example(
                "A second implementation moves into a folder of backups", before: shop(bills: "shop/bills.py"),
                after: shop(bills: "backups/bills.py"))
        ],
        clean: [Example("It is deleted", before: shop(bills: "shop/bills.py"), after: shop())])

    // MARK: What they are shown with

    private static let manifest = """
        audit:
          concepts:
            cache:
              canonical: shop.cache.Cache
              import_from: [shop.cache]

        """
    private static let bills = """
        class Bills:
            def __init__(self):
                self.entries = {}

            def put(self, key, value):
                self.entries[key] = value

            def drop(self, key):
                self.entries.pop(key, None)

        """

    /// A program in which `orders` imports the cache through another module, with a class in `bills` or without.
    private static func shop(
        manifest: String = manifest, orders: String = "from shop.compat import Cache\n\norders = Cache()\n",
        bills: String? = nil
    ) -> [RuleExample.File] {
        [
            RuleExample.File("canon.yaml", manifest), RuleExample.File("shop/__init__.py", ""),
            RuleExample.File("shop/cache.py", "class Cache:\n    pass\n"),
            RuleExample.File("shop/compat.py", "from shop.cache import Cache\n\n__all__ = [\"Cache\"]\n"),
            RuleExample.File("shop/orders.py", orders),
        ] + (bills.map { [RuleExample.File($0, Self.bills)] } ?? [])
    }
}
