/// Shares the packs of a product out to its variants. The history tells sales by product, so each variant gets an equal part
/// of the stock: every pack goes to the variant with the least.
public enum PackSplit {
  /// `positions` are the variants' stock and what is on its way. The sum of the result is `units`, in whole packs but for
  /// a rest that no pack holds, which goes to the last. Equal variants are served in their order.
  public static func units(_ units: Int, packSize: Int, positions: [Double]) -> [Int] {
    guard !positions.isEmpty, units > 0, packSize > 0 else { return positions.map { _ in 0 } }
    var given = positions.map { _ in 0 }
    var left = units
    // Packs of one variant at once where there are many, so that the work is bounded.
    let step = max(packSize, units / 20_000 / packSize * packSize)
    while left > 0 {
      let pack = min(left, step)
      var least = 0
      for index in positions.indices
      where positions[index] + Double(given[index]) < positions[least] + Double(given[least]) { least = index }
      given[least] += pack
      left -= pack
    }
    return given
  }
}
