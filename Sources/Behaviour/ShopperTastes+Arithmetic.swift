import Glibc

extension ShopperTastes {
  /// 2^(-days / half-life).
  static func decay(afterDays days: Double) -> Double { exp2(-days / halfLifeDays) }
  static func logarithm(_ value: Double) -> Double { log(value) }
  static func exponential(_ value: Double) -> Double { exp(value) }
}
