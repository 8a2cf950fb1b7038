/// The kinds of nodes. Names and fields are those of CPython's `ast` (3.9 and later; the `Index` and `ExtSlice` of 3.8 do
/// not occur). `[x]` is a list, `x?` a child that may be absent.
public enum NodeKind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// No node. In the keys of a `Dict`: the missing key of `**mapping`.
    case none

    // MARK: Module and statements

    /// a: [body]
    case module
    /// a: ``definition`` (name, decorators, type parameters), b: `arguments`, c: returns?, d: [body]
    case functionDef, asyncFunctionDef
    /// a: ``definition``, b: [bases], c: [keywords], d: [body]
    case classDef
    /// a: value?
    case `return`
    /// a: [targets]
    case delete
    /// a: [targets], b: value
    case assign
    /// a: name (a `Name`), b: [type_params], c: value
    case typeAlias
    /// a: target, b: value, detail: ``Operator``
    case augAssign
    /// a: target, b: annotation, c: value?; flag ``NodeFlags/simple``
    case annAssign
    /// a: target, b: iter, c: [body], d: [orelse]
    case `for`, asyncFor
    /// a: test, b: [body], c: [orelse]
    case `while`
    /// a: test, b: [body], c: [orelse]. An `elif` is an `If` alone in orelse.
    case `if`
    /// a: [items], b: [body]
    case with, asyncWith
    /// a: subject, b: [cases]
    case match
    /// a: exc?, b: cause?
    case raise
    /// a: [body], b: [handlers], c: [orelse], d: [finalbody]
    case `try`, tryStar
    /// a: test, b: msg?
    case assert
    /// a: [names]
    case `import`
    /// a: module? (an ``identifier``, dotted), b: [names], c: level (the number of dots, not a node)
    case importFrom
    /// a: [names] (``identifier``)
    case global, nonlocal
    /// a: value
    case expr
    case pass, `break`, `continue`

    // MARK: Expressions

    /// a: [values], detail: ``Operator``
    case boolOp
    /// a: target, b: value
    case namedExpr
    /// a: left, b: right, detail: ``Operator``
    case binOp
    /// a: operand, detail: ``Operator``
    case unaryOp
    /// a: `arguments`, b: body
    case lambda
    /// a: test, b: body, c: orelse
    case ifExp
    /// a: [keys] (``none`` for `**mapping`), b: [values]
    case dict
    /// a: [elts]
    case set
    /// a: elt, b: [generators]
    case listComp, setComp, generatorExp
    /// a: key, b: value, c: [generators]
    case dictComp
    /// a: value
    case await
    /// a: value?
    case yield
    /// a: value
    case yieldFrom
    /// a: left, b: [comparators]; each comparator holds the operator to its left in ``Node/comparison``
    case compare
    /// a: func, b: [args], c: [keywords]
    case call
    /// a: value, b: format_spec? (a `JoinedStr`), detail: conversion (0 or the byte `s`, `r`, `a`);
    /// flag ``NodeFlags/selfDocumenting``; c, d: with that flag, the range of the expression's text with its `=`
    case formattedValue
    /// As ``formattedValue``; c, d: the range of the expression's text (`str`), with its `=` if it has one
    case interpolation
    /// a: [values] (`Constant`, `FormattedValue`). Text around the braces is a `Constant` of ``stringPart``s.
    case joinedStr
    /// a: [values] (`Constant`, `Interpolation`)
    case templateStr
    /// detail: ``ConstantKind``; a: for text made of several literals or parts, [``stringPart``]; else the range is the literal
    case constant
    /// a: value, b: the offset of the attribute's name, which ends where the node ends; detail: ``ExprContext``
    case attribute
    /// a: value, b: slice, detail: ``ExprContext``
    case `subscript`
    /// a: value, detail: ``ExprContext``
    case starred
    /// The range is the name. detail: ``ExprContext``
    case name
    /// a: [elts], detail: ``ExprContext``
    case list, tuple
    /// a: lower?, b: upper?, c: step?
    case slice

    // MARK: Parts

    /// a: target, b: iter, c: [ifs]; flag ``NodeFlags/isAsync``
    case comprehension
    /// a: type?, b: name? (an ``identifier``), c: [body]
    case exceptHandler
    /// a: [parameters] (``arg``, in the order of the source)
    case arguments
    /// A parameter. a: annotation?, b: default?, c: the offset at which the name ends (it starts where the node starts),
    /// detail: ``ParameterRole``
    case arg
    /// a: value, b: the offset at which the name ends, 0 for `**value` (it starts where the node starts)
    case keyword
    /// a: name (an ``identifier``, dotted; `*` for a star import), b: asname? (an ``identifier``)
    case alias
    /// a: context_expr, b: optional_vars?
    case withItem
    /// a: pattern, b: guard?, c: [body]
    case matchCase

    // MARK: Patterns

    /// a: value
    case matchValue
    /// detail: ``ConstantKind``
    case matchSingleton
    /// a: [patterns]
    case matchSequence
    /// a: [keys], b: [patterns], c: rest? (an ``identifier``)
    case matchMapping
    /// a: cls, b: [patterns], c: [``keywordPattern``]
    case matchClass
    /// a: name? (an ``identifier``)
    case matchStar
    /// a: pattern?, b: name? (an ``identifier``)
    case matchAs
    /// a: [patterns]
    case matchOr

    // MARK: Type parameters

    /// a: bound?, b: default_value?; the name goes from offset d to offset c
    case typeVar
    /// b: default_value?, c and d: as above
    case paramSpec, typeVarTuple

    // MARK: Not in CPython's ast

    /// A name, perhaps dotted: the range is the name.
    case identifier
    /// The name of a function or class, as its range. a: [decorator_list], b: [type_params]
    case definition
    /// One literal of an implicit concatenation (its range includes prefix and quotes), or with ``NodeFlags/bare`` a piece of
    /// an f-string's text.
    case stringPart
    /// A keyword in a class pattern. a: pattern, b: the offset at which the name ends (it starts where the node starts)
    case keywordPattern
}

extension NodeKind {
    /// Which slots hold a child, and which the first node of a list: bit 0 for `a` to bit 3 for `d`.
    public var shape: (nodes: UInt8, lists: UInt8) {
        switch self {
        case .module: (0, 1)
        case .functionDef, .asyncFunctionDef: (0b0111, 0b1000)
        case .classDef: (0b0001, 0b1110)
        case .return, .expr, .await, .yield, .yieldFrom, .starred, .unaryOp, .matchValue, .keyword, .keywordPattern,
            .matchStar, .attribute:
            (0b0001, 0)
        case .delete, .import, .global, .nonlocal, .boolOp, .set, .list, .tuple, .joinedStr, .templateStr, .constant,
            .arguments, .matchSequence, .matchOr:
            (0, 0b0001)
        case .assign: (0b0010, 0b0001)
        case .typeAlias: (0b0101, 0b0010)
        case .augAssign, .raise, .assert, .namedExpr, .binOp, .formattedValue, .interpolation, .subscript, .alias,
            .withItem, .matchAs, .lambda, .arg, .typeVar:
            (0b0011, 0)
        case .annAssign, .ifExp, .slice: (0b0111, 0)
        case .for, .asyncFor: (0b0011, 0b1100)
        case .while, .if: (0b0001, 0b0110)
        case .with, .asyncWith: (0, 0b0011)
        case .match: (0b0001, 0b0010)
        case .try, .tryStar: (0, 0b1111)
        case .importFrom: (0b0001, 0b0010)
        case .dict: (0, 0b0011)
        case .listComp, .setComp, .generatorExp: (0b0001, 0b0010)
        case .dictComp: (0b0011, 0b0100)
        case .compare: (0b0001, 0b0010)
        case .call: (0b0001, 0b0110)
        case .comprehension: (0b0011, 0b0100)
        case .exceptHandler: (0b0011, 0b0100)
        case .matchCase: (0b0011, 0b0100)
        case .matchMapping: (0b0100, 0b0011)
        case .matchClass: (0b0001, 0b0110)
        case .paramSpec, .typeVarTuple: (0b0010, 0)
        case .definition: (0, 0b0011)
        case .none, .pass, .break, .continue, .name, .matchSingleton, .identifier, .stringPart: (0, 0)
        }
    }
}
