public struct Level { public var value = 0 }
