import CanonFacts
import CanonPython
import Testing

@Suite("Rewriting import statements")
struct ImportRewritingTests {
    @Test("changes the tokens that must change and no other", arguments: examples)
    func table(_ example: RewritingExample) throws { try example.check() }

    static let examples: [RewritingExample] = [
        RewritingExample("a name", "from shop.old import Old\nOld()\n", "from shop.cart import Cart\nCart()\n"),
        RewritingExample(
            "a name with as", "from shop.old import Old as O  # why\nO()\n",
            "from shop.cart import Cart as O  # why\nO()\n"),
        RewritingExample(
            "as the new name", "from shop.old import Old as Cart\nCart()\n", "from shop.cart import Cart\nCart()\n"),
        RewritingExample(
            "an explicit re-export", "from shop.old import Old as Old\n", "from shop.cart import Cart as Old\n"),
        RewritingExample("relative", "from .old import Old\nx = Old\n", "from .cart import Cart\nx = Cart\n"),
        RewritingExample(
            "relative with a blank", "from . old import Old\n", "from .cart import Cart\n"),
        RewritingExample(
            "parenthesised",
            "from shop.old import (Old)\nOld.x\n", "from shop.cart import (Cart)\nCart.x\n"),
        RewritingExample(
            "several lines",
            """
            from shop.old import (  # all of it
                Old,  # the class
                get_old,
            )
            get_old(Old)

            """,
            """
            from shop.cart import (  # all of it
                Cart,  # the class
                get_cart,
            )
            get_cart(Cart)

            """),
        RewritingExample(
            "a backslash", "from shop.old import \\\n    Old\n", "from shop.cart import \\\n    Cart\n"),
        RewritingExample(
            "one of several names", "from shop.old import helper, Old, other\nOld\n",
            "from shop.old import helper, other\nfrom shop.cart import Cart\nCart\n"),
        RewritingExample(
            "the last of several names", "from shop.old import helper, Old  # noqa\n",
            "from shop.old import helper  # noqa\nfrom shop.cart import Cart\n"),
        RewritingExample(
            "some of several lines",
            """
            if True:
                from shop.old import (
                    helper,  # stays
                    Old,  # goes
                    other,
                    get_old
                )

            """,
            """
            if True:
                from shop.old import (
                    helper,  # stays
                    other,
                )
                from shop.cart import Cart, get_cart

            """),
        RewritingExample(
            "one of several on a line with more", "import sys; from shop.old import a, Old; sys.exit(Old)\n",
            "import sys; from shop.old import a; from shop.cart import Cart; sys.exit(Cart)\n"),
        RewritingExample(
            "in one line with its condition", "if x: from shop.old import a, Old\n",
            "if x: from shop.old import a; from shop.cart import Cart\n"),
        RewritingExample(
            "an alias beside the name itself", "from shop.cart import Alias, other\nAlias\n",
            "from shop.cart import Cart, other\nCart\n"),
        RewritingExample(
            "an alias and the name", "from shop.cart import Cart, Alias\nAlias, Cart\n",
            "from shop.cart import Cart\nCart, Cart\n"),
        RewritingExample(
            "two names that become one", "from shop.api import Old\nfrom shop.cart import Cart\nOld, Cart\n",
            "from shop.cart import Cart\nCart, Cart\n"),
        RewritingExample(
            "in a function",
            "def f():\n    from shop.old import Old\n    return Old()\n",
            "def f():\n    from shop.cart import Cart\n    return Cart()\n"),
        RewritingExample(
            "with a fallback of nothing",
            """
            try:
                from shop.old import Old
            except ImportError:
                Old = None
            if Old: Old()

            """,
            """
            try:
                from shop.cart import Cart
            except ImportError:
                Cart = None
            if Cart: Cart()

            """),
        RewritingExample(
            "with a fallback of another module",
            """
            try:
                from shop.old import Old
            except ImportError:
                from elsewhere import Old
            Old()

            """,
            """
            try:
                from shop.cart import Cart as Old
            except ImportError:
                from elsewhere import Old
            Old()

            """),
        RewritingExample(
            "with a fallback that gives way as well",
            """
            try:
                from shop.old import Old
            except ImportError:
                from shop.api import Old
            Old()

            """,
            """
            try:
                from shop.cart import Cart
            except ImportError:
                from shop.cart import Cart
            Cart()

            """),
        RewritingExample(
            "for type checkers",
            """
            from typing import TYPE_CHECKING, List
            if TYPE_CHECKING:
                from .old import Old
            def f(a: "Old", b: List["Old"], c: 'dict[str, Old | None]') -> "Old": ...
            x = []  # type: List[Old]
            y = "Old"

            """,
            """
            from typing import TYPE_CHECKING, List
            if TYPE_CHECKING:
                from .cart import Cart
            def f(a: "Cart", b: List["Cart"], c: 'dict[str, Cart | None]') -> "Cart": ...
            x = []  # type: List[Cart]
            y = "Old"

            """),
        RewritingExample(
            "in conditional arms",
            """
            if flag:
                from shop.old import Old
            else:
                from shop.legacy.carts import OldCart as Old
            Old()

            """,
            """
            if flag:
                from shop.cart import Cart as Old
            else:
                from shop.cart import Cart as Old
            Old()

            """),
        RewritingExample(
            "bases, decorators, isinstance, subscripts and f-strings",
            """
            from shop.old import Old
            class A(Old, metaclass=type(Old)): ...
            @Old.wrap
            def f(x=Old): return isinstance(x, (Old, int)), f"{Old!r} {Old.x:>{Old.y}}", [Old for Old in x]
            d: dict[Old, "Old"] = {}

            """,
            """
            from shop.cart import Cart
            class A(Cart, metaclass=type(Cart)): ...
            @Cart.wrap
            def f(x=Cart): return isinstance(x, (Cart, int)), f"{Cart!r} {Cart.x:>{Cart.y}}", [Old for Old in x]
            d: dict[Cart, "Cart"] = {}

            """),
        RewritingExample(
            "f-strings before 3.12", "from shop.old import Old\nx = f'{Old!r:>10}' f\"\"\"a\n{ Old.x }\"\"\"\n",
            "from shop.cart import Cart\nx = f'{Cart!r:>10}' f\"\"\"a\n{ Cart.x }\"\"\"\n", version: .v3_11),
        RewritingExample(
            "an alias", "from shop.old import Old\nStore = Old\nStore()\n",
            "from shop.cart import Cart\nStore = Cart\nStore()\n"),
        RewritingExample(
            "cast, TypeVar, Literal and Annotated",
            """
            from shop.old import Old
            a = cast("Old", b)
            T = TypeVar("T", bound="Old")
            c: Literal["Old"] = "Old"
            d: Annotated["Old", "Old"]

            """,
            """
            from shop.cart import Cart
            a = cast("Cart", b)
            T = TypeVar("T", bound="Cart")
            c: Literal["Old"] = "Old"
            d: Annotated["Cart", "Old"]

            """),
        RewritingExample(
            "what the module exports",
            "from shop.old import Old\n__all__ = ['Old', \"x\"]\n__all__ += ['Old']\ny = 'Old'\n",
            "from shop.cart import Cart\n__all__ = ['Cart', \"x\"]\n__all__ += ['Cart']\ny = 'Old'\n"),
        RewritingExample(
            "what the module must go on having", "from shop.old import Old\nOld()\n__all__ = ['Old']\n",
            "from shop.cart import Cart as Old\nOld()\n__all__ = ['Old']\n", held: ["Old"]),
        RewritingExample(
            "a star whose names are used", "from shop.old import *\nOld(helper)\n",
            "from shop.old import *\nfrom shop.cart import Cart\nCart(helper)\n"),
        RewritingExample(
            "a star whose names are not used", "from shop.old import *\nhelper()\n",
            "from shop.old import *\nhelper()\n"),
        RewritingExample(
            "the ends of lines of another system", "from shop.old import a, Old\r\nOld()\r\n",
            "from shop.old import a\r\nfrom shop.cart import Cart\r\nCart()\r\n"),
        RewritingExample(
            "a byte order mark and letters of several bytes",
            "\u{FEFF}# é\nfrom shop.old import Old; s = 'ü'; Old(s)\n# ende 🙂",
            "\u{FEFF}# é\nfrom shop.cart import Cart; s = 'ü'; Cart(s)\n# ende 🙂"),
        RewritingExample(
            "type parameters", "from shop.old import Old\ndef f[T: Old](x: T) -> Old: ...\ntype A = list[Old]\n",
            "from shop.cart import Cart\ndef f[T: Cart](x: T) -> Cart: ...\ntype A = list[Cart]\n"),
        RewritingExample(
            "a match", "from shop.old import Old\nmatch x:\n    case Old(a=1): Old\n",
            "from shop.cart import Cart\nmatch x:\n    case Cart(a=1): Cart\n"),
        RewritingExample("nothing", "from shop.other import Old\nOld()\n", "from shop.other import Old\nOld()\n"),
    ]
}

@Suite("Rewriting where a name is taken")
struct NameClashTests {
    @Test("keeps the name that the file has", arguments: examples)
    func table(_ example: RewritingExample) throws { try example.check() }

    static let examples: [RewritingExample] = [
        RewritingExample(
            "at the top", "from shop.old import Old\nclass Cart: pass\nOld()\n",
            "from shop.cart import Cart as Old\nclass Cart: pass\nOld()\n"),
        RewritingExample(
            "by another import", "from shop.old import Old\nfrom other import Cart\nOld()\n",
            "from shop.cart import Cart as Old\nfrom other import Cart\nOld()\n"),
        RewritingExample(
            "in a function that uses it", "from shop.old import Old\ndef f(Cart): return Old\n",
            "from shop.cart import Cart as Old\ndef f(Cart): return Old\n"),
        RewritingExample(
            "in a function that does not", "from shop.old import Old\ndef f(Cart): return Cart\nOld\n",
            "from shop.cart import Cart\ndef f(Cart): return Cart\nCart\n"),
        RewritingExample(
            "by something from further out", "def f():\n    from shop.old import Old\n    return Old, Cart\n",
            "def f():\n    from shop.cart import Cart as Old\n    return Old, Cart\n"),
        RewritingExample(
            "by a comprehension", "from shop.old import Old\nx = [Old for Cart in y]\n",
            "from shop.cart import Cart as Old\nx = [Old for Cart in y]\n"),
        RewritingExample(
            "in a method, whose class has it",
            "from shop.old import Old\nclass A:\n    Cart = 1\n    def f(self): return Old\n",
            "from shop.cart import Cart\nclass A:\n    Cart = 1\n    def f(self): return Cart\n"),
        RewritingExample(
            "in a class body", "from shop.old import Old\nclass A:\n    Cart = 1\n    b = Old\n",
            "from shop.cart import Cart as Old\nclass A:\n    Cart = 1\n    b = Old\n"),
        RewritingExample(
            "when the old name is bound again", "from shop.old import Old\nif x:\n    class Old: pass\nOld\n",
            "from shop.cart import Cart as Old\nif x:\n    class Old: pass\nOld\n"),
        RewritingExample(
            "when a function changes it", "from shop.old import Old\ndef f():\n    global Old\n    Old = 1\n",
            "from shop.cart import Cart as Old\ndef f():\n    global Old\n    Old = 1\n"),
        RewritingExample(
            "when names are read by text", "from shop.old import Old\nglobals()['Old']\n",
            "from shop.cart import Cart as Old\nglobals()['Old']\n"),
    ]
}

@Suite("Rewriting uses of modules")
struct ModuleRewritingTests {
    @Test("follows the module by any form of import", arguments: examples)
    func table(_ example: RewritingExample) throws { try example.check() }

    static let examples: [RewritingExample] = [
        RewritingExample(
            "import a.b", "import shop.old\nshop.old.Old()\n", "import shop.cart\nshop.cart.Cart()\n"),
        RewritingExample(
            "import a.b, which is used otherwise", "import shop.old  # o\nshop.old.Old(shop.old.helper)\n",
            "import shop.old  # o\nimport shop.cart\nshop.cart.Cart(shop.old.helper)\n"),
        RewritingExample(
            "import a.b beside the new one", "import shop.old, shop.cart\nshop.old.Old(shop.old.x)\n",
            "import shop.old, shop.cart\nshop.cart.Cart(shop.old.x)\n"),
        RewritingExample(
            "import a.b beside another", "import shop.old\nimport shop.db\nshop.old.Old(shop.db.x)\n",
            "import shop.cart\nimport shop.db\nshop.cart.Cart(shop.db.x)\n"),
        RewritingExample(
            "import a, and attributes", "import shop\nshop.old.Old()\n",
            "import shop\nimport shop.cart\nshop.cart.Cart()\n"),
        RewritingExample(
            "import a.b as c", "import shop.old as o\no.Old(o.get_old)\n",
            "import shop.cart as o\no.Cart(o.get_cart)\n"),
        RewritingExample(
            "import a.b as c, which is used otherwise", "import shop.old as o\no.Old(o.helper)\n",
            "import shop.old as o\nfrom shop.cart import Cart\nCart(o.helper)\n"),
        RewritingExample(
            "from a import b", "from shop import old\nold.Old()\nx: 'old.Old'\n",
            "from shop import cart as old\nold.Cart()\nx: 'old.Cart'\n"),
        RewritingExample(
            "from a import b among others", "from shop import db, old as o, user\no.Old()\n",
            "from shop import db, cart as o, user\no.Cart()\n"),
        RewritingExample(
            "from . import b", "from . import old\nold.Old()\n", "from . import cart as old\nold.Cart()\n"),
        RewritingExample(
            "a package and its module", "from shop import legacy\nlegacy.carts.OldCart()\n",
            "from shop import cart as legacy\nlegacy.Cart()\n"),
        RewritingExample(
            "in a function", "def f():\n    import shop.old as o\n    return o.Old, o.x\n",
            "def f():\n    import shop.old as o\n    from shop.cart import Cart\n    return Cart, o.x\n"),
        RewritingExample(
            "where the new name is taken", "import shop.old as o\nCart = 1\no.Old(o.x)\n",
            "import shop.old as o\nCart = 1\no.Old(o.x)\n", left: ["o.Old"]),
        RewritingExample(
            "where the name stands for two modules",
            "if x:\n    import shop.old as o\nelse:\n    import b as o\no.Old\n",
            "if x:\n    import shop.old as o\nelse:\n    import b as o\no.Old\n", left: ["o.Old"]),
        RewritingExample(
            "import_module", "from importlib import import_module\nimport_module('shop.old').Old()\n",
            "from importlib import import_module\nimport_module('shop.cart').Cart()\n"),
        RewritingExample(
            "import_module by a name",
            "import importlib\nm = importlib.import_module(\"shop.old\")\nm.Old(m.get_old)\n",
            "import importlib\nm = importlib.import_module(\"shop.cart\")\nm.Cart(m.get_cart)\n"),
        RewritingExample(
            "import_module of what is used otherwise",
            "import importlib\nm = importlib.import_module('shop.old')\nm.Old(m.x)\n",
            "import importlib\nm = importlib.import_module('shop.old')\nm.Old(m.x)\n", left: ["m.Old"]),
    ]
}

@Suite("Rewriting texts that name something")
struct TextRewritingTests {
    @Test("follows what the text means", arguments: examples)
    func table(_ example: RewritingExample) throws { try example.check() }

    static let examples: [RewritingExample] = [
        RewritingExample(
            "patch", "@patch('shop.old.Old')\n@mock.patch(\"shop.old.Old.send\", x)\ndef f(): 'shop.old.Old'\n",
            "@patch('shop.cart.Cart')\n@mock.patch(\"shop.cart.Cart.send\", x)\ndef f(): 'shop.old.Old'\n"),
        RewritingExample(
            "monkeypatch", "monkeypatch.setattr('shop.old.Old.x', 1)\n", "monkeypatch.setattr('shop.cart.Cart.x', 1)\n"),
        RewritingExample(
            "patch where it is used", "patch('shop.api.Old')\n", "patch('shop.api.Cart')\n",
            texts: ["shop.api.Old": "shop.api.Cart"]),
        RewritingExample(
            "patch.object", "import shop.old as o\nwith patch.object(o, 'Old') as p: pass\n",
            "import shop.cart as o\nwith patch.object(o, 'Cart') as p: pass\n"),
        RewritingExample(
            "patch.object of a module that is used otherwise",
            "import shop.old as o\npatch.object(o, 'Old', autospec=True)\no.x\nmonkeypatch.setattr(o, \"Old\", 1)\n",
            "import shop.old as o\npatch('shop.cart.Cart', autospec=True)\no.x\nmonkeypatch.setattr(\"shop.cart.Cart\", 1)\n"
        ),
        RewritingExample(
            "patch.object where it is used", "import shop.api as a\npatch.object(a, 'Old')\n",
            "import shop.api as a\npatch.object(a, 'Cart')\n", texts: ["shop.api.Old": "shop.api.Cart"]),
        RewritingExample(
            "patch.object of the class", "from shop.old import Old\npatch.object(Old, 'send')\n",
            "from shop.cart import Cart\npatch.object(Cart, 'send')\n"),
        RewritingExample(
            "texts that only look like it", "x = 'shop.old.Older', 'see shop.old.Old', 'shop.old'\n",
            "x = 'shop.old.Older', 'see shop.old.Old', 'shop.old'\n"),
    ]
}
