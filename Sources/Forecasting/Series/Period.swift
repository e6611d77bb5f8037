public import Catalog

/// The length of one step of a series.
public enum Period: String, Sendable, CaseIterable {
  case day, week, month

  /// The steps after which a pattern returns: the week, the year.
  public var seasonLength: Int {
    switch self {
    case .day: 7
    case .week: 52
    case .month: 12
    }
  }

  /// The first day of the step that holds `day`. Weeks begin on Monday.
  public func start(of day: CalendarDay) -> CalendarDay {
    switch self {
    case .day: return day
    case .week: return day.advanced(by: -day.weekday)
    case .month:
      let (_, _, ofMonth) = day.civil
      return day.advanced(by: 1 - Int(ofMonth))
    }
  }

  /// The steps from the step that begins on `first` to that of `day`.
  public func steps(from first: CalendarDay, to day: CalendarDay) -> Int {
    switch self {
    case .day: return Int(day.daysSinceEpoch.subtracting(saturating: first.daysSinceEpoch))
    case .week: return Int(start(of: day).daysSinceEpoch.subtracting(saturating: first.daysSinceEpoch)) / 7
    case .month:
      let (from, to) = (first.civil, day.civil)
      return Int((to.year - from.year) * 12 + to.month - from.month)
    }
  }

  /// The first day of the step `steps` after the one that begins on `first`.
  public func day(_ steps: Int, after first: CalendarDay) -> CalendarDay {
    switch self {
    case .day: return first.advanced(by: steps)
    case .week: return first.advanced(by: steps * 7)
    case .month:
      let (year, month, _) = first.civil
      let months = year * 12 + month - 1 + Int64(steps)
      return CalendarDay(year: months / 12, month: months % 12 + 1, day: 1) ?? first
    }
  }
}

extension CalendarDay {
  /// 0 for Monday to 6 for Sunday; the first day of 1970 was a Thursday.
  var weekday: Int {
    let rest = Int((daysSinceEpoch + 3) % 7)
    return rest < 0 ? rest + 7 : rest
  }
}
