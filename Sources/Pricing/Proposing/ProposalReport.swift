public import Catalog
public import JSON

extension PriceProposal {
  /// The proposal as a person reads it.
  public func report(in currency: Currency) -> String {
    func text(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: currency).decimalText }
    var lines: [String] = []
    switch decision {
    case .change: lines.append("\(product): \(text(currentPrice)) → \(text(price)) \(currency)")
    case .keep(let reason): lines.append("\(product): keep \(text(currentPrice)) \(currency): \(reason)")
    case .refused(let reason): lines.append("\(product): no proposal: \(reason)")
    }
    lines += evidence.map { "  " + $0 }
    lines += (bound + gaveWay).map { "  " + $0.description }
    if decision == .change, let now, let then {
      lines.append("  units a day: \(Self.text(now.units, 1, 2)) → \(Self.text(then.units, 1, 2))")
      let scale = Self.scale(currency)
      lines.append("  revenue a day: \(Self.text(now.revenue, scale, 2)) → \(Self.text(then.revenue, scale, 2))")
      if let before = now.margin, let after = then.margin {
        lines.append("  margin a day: \(Self.text(before, scale, 2)) → \(Self.text(after, scale, 2))")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func scale(_ currency: Currency) -> Double {
    (0..<currency.minorUnitDigits).reduce(1.0) { scale, _ in scale * 10 }
  }

  /// `12.5 (11 to 14)`
  private static func text(_ expected: Expected, _ scale: Double, _ decimals: Int) -> String {
    func rounded(_ number: Double) -> String { ((number / scale * 100).rounded() / 100).shortText }
    return "\(rounded(expected.value)) (\(rounded(expected.low)) to \(rounded(expected.high)))"
  }

  /// The proposal for programs: prices as texts, expectations as numbers of the currency's unit.
  public func write(to writer: inout JSONWriter, in currency: Currency) {
    let scale = Self.scale(currency)
    func text(_ minorUnits: Int64) -> String { Money(minorUnits: minorUnits, currency: currency).decimalText }
    writer.object { writer in
      writer.member("product", product)
      switch decision {
      case .change: writer.member("decision", "change")
      case .keep(let reason):
        writer.member("decision", "keep")
        writer.member("reason", reason)
      case .refused(let reason):
        writer.member("decision", "refused")
        writer.member("reason", reason)
      }
      writer.member("currency", currency.code)
      writer.member("current_price", text(currentPrice))
      writer.member("price", text(price))
      if let wish { writer.member("wish", wish / scale) }
      if let elasticity {
        writer.name("elasticity")
        writer.object { writer in
          writer.member("value", elasticity.value)
          writer.member("low", elasticity.interval.lowerBound)
          writer.member("high", elasticity.interval.upperBound)
          writer.member("own_weight", elasticity.ownWeight)
        }
      }
      for (name, effects) in [("bound_by", bound), ("gave_way", gaveWay)] {
        writer.name(text: name)
        writer.array { writer in
          for effect in effects {
            writer.object { writer in
              writer.member("rail", effect.rail.rawValue)
              writer.member("text", effect.description)
            }
          }
        }
      }
      writer.member("evidence", evidence)
      for case (let name, let sales?) in [("now", now), ("then", then)] {
        writer.name(text: name)
        sales.write(to: &writer, scale, text(sales.price))
      }
      writer.name("curve")
      writer.array { writer in for point in curve { point.write(to: &writer, scale, text(point.price)) } }
    }
  }
}

extension ExpectedSales {
  fileprivate func write(to writer: inout JSONWriter, _ scale: Double, _ price: String) {
    writer.object { writer in
      writer.member("price", price)
      for case (let name, let expected?, let scale) in [
        ("units", units, 1), ("revenue", revenue, scale), ("margin", margin, scale),
      ] as [(String, Expected?, Double)] {
        writer.name(text: name)
        writer.object { writer in
          writer.member("value", expected.value / scale)
          writer.member("low", expected.low / scale)
          writer.member("high", expected.high / scale)
        }
      }
    }
  }
}
