import Glibc

/// How much a facet helps to choose, by what the results hold.
///
/// use = coverage · H, with
/// coverage = min(1, Σ count(v) / N): the share of the N results that have the attribute,
/// H = −Σ p(v) · log2 p(v), p(v) = count(v) / Σ count: the bits that an answer tells, over the values that a page shows and
/// all others as one. An attribute that all results have with one value tells nothing; one whose values are nearly all
/// different tells as little, for a page shows few of them.
struct FacetUse {
  /// A facet that fewer than this share of the results have does not help to choose.
  static let leastCoverage = 0.05

  let coverage: Double
  let bits: Double

  /// `shown` values have a place on the page; the largest are.
  init(counts: [Int], results: Int, shown: Int) {
    let sum = counts.reduce(0, +)
    coverage = results == 0 ? 0 : min(1, Double(sum) / Double(results))
    let ordered = counts.sorted(by: >)
    var bits = 0.0
    // Many values are as frequent as the one before.
    var term = (count: 0, bits: 0.0)
    for count in ordered.prefix(shown) + [ordered.dropFirst(shown).reduce(0, +)] where count > 0 {
      if count != term.count {
        let share = Double(count) / Double(sum)
        term = (count, share * log2(share))
      }
      bits -= term.bits
    }
    self.bits = bits
  }

  var value: Double { coverage * bits }
  var isEnough: Bool { coverage >= Self.leastCoverage && bits > 0 }
}
