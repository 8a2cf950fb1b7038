import CanonVerify
import Foundation

/// A small shop in a temporary folder, with what an audit would say about it.
struct InventedProject: ~Copyable {
    let root: String
    var evidence: FolderEvidence

    static let files = [
        "shop/__init__.py": "",
        "shop/cart_store.py": """
        class CartStore:
            def add(self, item):
                self.check()

            def check(self):
                log.warning(f"CART WARNING: other cart stores: {names}")

        def make_cart_store():
            return CartStore()
        """,
        "shop/legacy.py": """
        class LegacyCartStore:
            pass

        CartStore = LegacyCartStore
        """,
        "shop/orders.py": "from shop.cart_store import CartStore\n\ncarts = CartStore()\n",
        "tests/test_cart_store.py": """
        class TestCartStore:
            def test_add(self):
                pass

            def test_check(self):
                pass

        def test_make():
            pass
        """,
        "tests/test_broken.py": "def test_(:\n",
        "scripts/check.py": "import argparse\nparser.add_argument('--strict')\n",
        "docs/carts.md": "A cart store keeps carts.\n",
    ]

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("claims-\(UUID().uuidString)").path
        for (path, text) in Self.files {
            let url = URL(fileURLWithPath: root + "/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        evidence = FolderEvidence(root: root)
        evidence.basis = EvidenceBasis(name: "the shop", day: "2026-03-01")
        evidence.grammars = .known([EvidenceGrammar(name: "Python 3.11", paths: ["tests/test_broken.py"])])
        evidence.declared = .known([
            EvidenceConcept(
                name: "cart-store", canonical: "shop.cart_store.CartStore",
                implementations: ["shop.cart_store.CartStore", "shop.legacy.LegacyCartStore"],
                factories: ["shop.cart_store.make_cart_store"], importPaths: ["shop.cart_store", "shop.legacy"],
                bound: 1, consumers: 2,
                score: 25)
        ])
        evidence.replayed = .known([
            EvidenceName(name: "shop.legacy.CartStore", object: "shop.legacy.LegacyCartStore", role: "implementation"),
            EvidenceName(
                name: "shop.legacy.LegacyCartStore", object: "shop.legacy.LegacyCartStore", role: "implementation"),
        ])
        evidence.history = [
            EvidenceCommit(
                id: "1a2b3c4d5e6f70819293a4b5c6d7e8f901234567", day: "2026-02-01", subject: "Join the stores (#8)",
                files: ["shop/cart_store.py", "shop/orders.py"], isContained: true)
        ]
    }

    func report(_ documents: String...) -> ClaimsReport {
        ClaimsReport(
            documents: documents.enumerated().map { (name: "\($0.offset).md", bytes: Array($0.element.utf8)) },
            evidence: evidence)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }
}
