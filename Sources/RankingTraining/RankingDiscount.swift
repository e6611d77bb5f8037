import Glibc

/// log2(place + 2), places from 0: the discount of nDCG.
enum RankingDiscount {
  static func of(_ place: Int) -> Double { log2(Double(place + 2)) }
}
