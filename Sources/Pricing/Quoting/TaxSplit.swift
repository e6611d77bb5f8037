/// Net and gross of an amount at a rate, rounded half away from zero.
@inline(__always)
func splitTax(_ amount: Int64, rate: Share, includesTax: Bool) -> (net: Int64, gross: Int64) {
  if includesTax {
    return (amount.scaled(by: Share.millionth, over: Share.millionth + rate.partsPerMillion), amount)
  }
  return (amount, rate.added(to: amount))
}

/// Sets net, tax and gross of each line, and gives the totals by rate.
///
/// By `total`, the tax is rounded once for all lines of a rate, and lines get shares of it that add up to it.
func splitTax(of lines: inout [QuotedLine], rounding: TaxRounding) -> [TaxTotal] {
  switch rounding {
  case .unit:
    for place in lines.indices { splitByUnit(&lines[place]) }
  case .line:
    for place in lines.indices {
      let split = splitTax(
        lines[place].payable, rate: lines[place].taxRate, includesTax: lines[place].includesTax)
      lines[place].setTax(net: split.net, gross: split.gross, rounding: .line)
    }
  case .total:
    splitByTotal(&lines)
  }
  if lines.count == 1 {
    return [TaxTotal(rate: lines[0].taxRate, net: lines[0].net, tax: lines[0].tax, gross: lines[0].gross)]
  }
  var totals: [TaxTotal] = []
  for place in lines.indices {
    let (rate, net, tax, gross) = (lines[place].taxRate, lines[place].net, lines[place].tax, lines[place].gross)
    if let known = totals.firstIndex(where: { $0.rate == rate }) {
      totals[known].net += net
      totals[known].tax += tax
      totals[known].gross += gross
    } else {
      totals.append(TaxTotal(rate: rate, net: net, tax: tax, gross: gross))
    }
  }
  return totals.sorted { $0.rate < $1.rate }
}

/// Pieces of a line that does not divide evenly cost one minor unit more or less; each kind is rounded for itself.
private func splitByUnit(_ line: inout QuotedLine) {
  let (lower, dearer) = line.payable.quotientAndRemainder(dividingBy: line.quantity)
  let low = splitTax(lower, rate: line.taxRate, includesTax: line.includesTax)
  let high = splitTax(lower + 1, rate: line.taxRate, includesTax: line.includesTax)
  let cheaper = line.quantity - dearer
  line.setTax(
    net: low.net * cheaper + high.net * dearer, gross: low.gross * cheaper + high.gross * dearer, rounding: .unit)
}

private func splitByTotal(_ lines: inout [QuotedLine]) {
  struct Kind: Hashable {
    var rate: Share
    var includesTax: Bool
  }
  if lines.count == 1 {
    let split = splitTax(lines[0].payable, rate: lines[0].taxRate, includesTax: lines[0].includesTax)
    return lines[0].setTax(net: split.net, gross: split.gross, rounding: .total)
  }
  let kinds = Dictionary(grouping: lines.indices) {
    Kind(rate: lines[$0].taxRate, includesTax: lines[$0].includesTax)
  }
  for (kind, places) in kinds {
    let weights = places.map { lines[$0].payable }
    let split = splitTax(weights.reduce(0, +), rate: kind.rate, includesTax: kind.includesTax)
    let parts = shares(of: split.gross - split.net, by: weights)
    for (place, tax) in zip(places, parts) {
      let payable = lines[place].payable
      lines[place].setTax(
        net: kind.includesTax ? payable - tax : payable, gross: kind.includesTax ? payable : payable + tax,
        rounding: .total)
    }
  }
}

extension QuotedLine {
  fileprivate mutating func setTax(net: Int64, gross: Int64, rounding: TaxRounding) {
    self.net = net
    self.gross = gross
    tax = gross - net
    steps.append(.tax(rate: taxRate, rounding: rounding, net: net, tax: tax, gross: gross))
  }
}
