/// One 64-bit value of two, by a full multiplication. Stable across runs and platforms, unlike `Hasher`.
@inline(__always)
func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(by: b ^ 0x8BB8_4B93_962E_ACC9)
    return product.low ^ product.high
}
