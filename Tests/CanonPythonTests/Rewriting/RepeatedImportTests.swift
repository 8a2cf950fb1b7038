import Testing

/// Statements that come to say what another one says.
@Suite("Imports that would repeat others")
struct RepeatedImportTests {
    @Test("go when the one before them holds, and stay when it may not", arguments: examples)
    func table(_ example: RewritingExample) throws { try example.check() }

    static let examples: [RewritingExample] = [
        RewritingExample(
            "behind the one that was there", "from shop.cart import Cart\nfrom shop.old import Old\nOld, Cart\n",
            "from shop.cart import Cart\nCart, Cart\n"),
        RewritingExample(
            "in front of the one that was there", "from shop.old import Old\nfrom shop.cart import Cart\nOld, Cart\n",
            "from shop.cart import Cart\nCart, Cart\n"),
        RewritingExample(
            "three of them, with code between",
            "from shop.old import Old\nx = Old\nfrom shop.api import Old\ny = Old\nfrom shop.cart import Cart\nz = Cart\n",
            "from shop.cart import Cart\nx = Cart\ny = Cart\nz = Cart\n"),
        RewritingExample(
            "one name of several", "from shop.old import Old\nfrom shop.cart import first, Cart, last\nOld, Cart\n",
            "from shop.cart import Cart\nfrom shop.cart import first, last\nCart, Cart\n"),
        RewritingExample(
            "names of several that change",
            "from shop.cart import Cart\nfrom shop.old import Old, get_old\nOld, get_old\n",
            "from shop.cart import Cart\nfrom shop.cart import get_cart\nCart, get_cart\n"),
        RewritingExample(
            "a name that would get a statement of its own",
            "from shop.cart import Cart\nfrom shop.old import helper, Old\nOld(helper)\n",
            "from shop.cart import Cart\nfrom shop.old import helper\nCart(helper)\n"),
        RewritingExample(
            "relative and absolute", "from .cart import Cart\nfrom shop.old import Old\nOld, Cart\n",
            "from .cart import Cart\nCart, Cart\n"),
        RewritingExample(
            "with the same other name", "from shop.cart import Cart as C\nfrom shop.old import Old as C\nC\n",
            "from shop.cart import Cart as C\nC\n"),
        RewritingExample(
            "with different other names", "from shop.cart import Cart as A\nfrom shop.old import Old as B\nA, B\n",
            "from shop.cart import Cart as A\nfrom shop.cart import Cart as B\nA, B\n"),
        RewritingExample(
            "modules", "import shop.cart\nimport shop.old\nshop.old.Old, shop.cart.Cart\n",
            "import shop.cart\nshop.cart.Cart, shop.cart.Cart\n"),
        RewritingExample(
            "modules beside others", "import shop.cart\nimport sys, shop.old\nshop.old.Old, shop.cart.Cart\n",
            "import shop.cart\nimport sys\nshop.cart.Cart, shop.cart.Cart\n"),
        RewritingExample(
            "stars in turn",
            "from shop.old import *\nfrom shop.legacy.carts import *  # all\n\nOld(OldCart)\n",
            "from shop.old import *\nfrom shop.legacy.carts import *  # all\nfrom shop.cart import Cart\n\nCart(Cart)\n"
        ),
        RewritingExample(
            "stars with code between",
            "from shop.old import *\nOld()\nfrom shop.legacy.carts import *\nOldCart()\n",
            "from shop.old import *\nfrom shop.cart import Cart\nCart()\nfrom shop.legacy.carts import *\n"
                + "from shop.cart import Cart\nCart()\n"),
        RewritingExample(
            "a star between", "from shop.cart import Cart\nfrom other import *\nfrom shop.old import Old\nOld, Cart\n",
            "from shop.cart import Cart\nfrom other import *\nfrom shop.cart import Cart\nCart, Cart\n"),
        RewritingExample(
            "in a function",
            "def f():\n    from shop.cart import Cart\n    from shop.old import Old\n    return Old, Cart\n",
            "def f():\n    from shop.cart import Cart\n    return Cart, Cart\n"),
        RewritingExample(
            "in different blocks",
            "if x:\n    from shop.cart import Cart\nelse:\n    from shop.old import Old as Cart\nCart()\n",
            "if x:\n    from shop.cart import Cart\nelse:\n    from shop.cart import Cart\nCart()\n"),
        RewritingExample(
            "at the top and in a function",
            "from shop.cart import Cart\ndef f():\n    from shop.old import Old\n    Old()\n",
            "from shop.cart import Cart\ndef f():\n    from shop.cart import Cart\n    Cart()\n"),
        RewritingExample(
            "with another thing of that name between",
            "from shop.old import Old as C\nC()\nC = 1\nfrom shop.cart import Cart as C\nC()\n",
            "from shop.cart import Cart as C\nC()\nC = 1\nfrom shop.cart import Cart as C\nC()\n"),
        RewritingExample(
            "with the name deleted between",
            "from shop.old import Old as C\ndel C\nfrom shop.cart import Cart as C\nC()\n",
            "from shop.cart import Cart as C\ndel C\nfrom shop.cart import Cart as C\nC()\n"),
        RewritingExample(
            "with a function that binds the name",
            "from shop.old import Old as C\ndef f():\n    global C\n    C = 1\nf()\nfrom shop.cart import Cart as C\n",
            "from shop.cart import Cart as C\ndef f():\n    global C\n    C = 1\nf()\nfrom shop.cart import Cart as C\n"
        ),
        RewritingExample(
            "on a line with other code", "from shop.cart import Cart\nx = 1; from shop.old import Old; Old()\n",
            "from shop.cart import Cart\nx = 1; from shop.cart import Cart; Cart()\n"),
        RewritingExample(
            "that were there before", "from shop.cart import Cart\nfrom shop.cart import Cart\nimport shop.old\n",
            "from shop.cart import Cart\nfrom shop.cart import Cart\nimport shop.old\n"),
        RewritingExample(
            "a name said to be exported", "from shop.old import Old\nfrom shop.cart import Cart as Cart\nOld()\n",
            "from shop.cart import Cart\nfrom shop.cart import Cart as Cart\nCart()\n"),
    ]
}
