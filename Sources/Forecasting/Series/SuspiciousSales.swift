internal import Statistics

/// Finds a day of sales that a slip of the keyboard made: nothing must be ordered by it before a person has looked.
public enum SuspiciousSales {
  /// Fewer units a day are never suspicious.
  static let leastUnits = 500.0
  /// A day with so many times the units of the next greatest day will not come again.
  static let maxTimesNext = 50.0

  /// The reason why the series must not be forecast; nil where every day is plausible.
  public static func reason(_ series: DemandSeries) -> String? {
    guard let (step, most) = series.units.enumerated().max(by: { $0.element < $1.element }) else { return nil }
    let day = series.day(at: step)
    if most > ForecastLimits.unitsPerLine {
      return
        "\(most.shortText) units were sold on \(day), more than \(ForecastLimits.unitsPerLine.shortText): a person must look at it"
    }
    var rest = series.units
    rest.remove(at: step)
    let next = max(rest.max() ?? 0, 1)
    guard most > leastUnits, most > maxTimesNext * next, rest.count > 1 else { return nil }
    return
      "\(most.shortText) units were sold on \(day), and never more than \(next.shortText) on another day: a person must look at it"
  }
}
