/// A moment in UTC, in microseconds since 1970-01-01, the precision of Postgres.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
  public var microsecondsSinceEpoch: Int64

  public init(microsecondsSinceEpoch: Int64) { self.microsecondsSinceEpoch = microsecondsSinceEpoch }

  public var millisecondsSinceEpoch: Int64 { Self.floorDivide(microsecondsSinceEpoch, 1000).quotient }

  /// In UTC.
  public var day: CalendarDay {
    CalendarDay(daysSinceEpoch: Self.floorDivide(microsecondsSinceEpoch, CalendarDay.microseconds).quotient)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
  }

  /// `2026-11-23T17:06:28Z`, with a fraction of three or six digits only if it is not zero.
  public var description: String {
    let (days, inDay) = Self.floorDivide(microsecondsSinceEpoch, CalendarDay.microseconds)
    let date = CalendarDay(daysSinceEpoch: days)
    guard (0...9999).contains(date.civil.year) else { return "\(date)T\(Self.clockText(inDay))" }
    // Every document has three of them: digits are written in place, without a text for each part.
    return String(unsafeUninitializedCapacity: 27) { buffer in
      let (year, month, day) = date.civil
      var writer = FixedWidthDigits(buffer)
      writer.put(year, width: 4, then: "-")
      writer.put(month, width: 2, then: "-")
      writer.put(day, width: 2, then: "T")
      writer.putClock(inDay)
      return writer.count
    }
  }

  private static func clockText(_ inDay: Int64) -> String {
    String(unsafeUninitializedCapacity: 16) { buffer in
      var writer = FixedWidthDigits(buffer)
      writer.putClock(inDay)
      return writer.count
    }
  }

  /// Reads ISO 8601 in UTC: `2009-12-10`, `2009-12-10T00:00:00Z`, `2009-12-10T00:00:00.5Z`.
  public init?(_ text: String) {
    let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    guard let day = CalendarDay(String(parts[0])) else { return nil }
    var microseconds = day.daysSinceEpoch * CalendarDay.microseconds
    if parts.count == 2 {
      guard parts[1].hasSuffix("Z") else { return nil }
      let clock = parts[1].dropLast().split(separator: ":", omittingEmptySubsequences: false)
      guard clock.count == 3, let hour = Int64(clock[0]), let minute = Int64(clock[1]) else { return nil }
      let seconds = clock[2].split(separator: ".", omittingEmptySubsequences: false)
      guard let second = Int64(seconds[0]), (0...23).contains(hour), (0...59).contains(minute),
        (0...60).contains(second)
      else { return nil }
      microseconds += (hour * 3600 + minute * 60 + second) * 1_000_000
      if seconds.count == 2 {
        let digits = String(seconds[1].prefix(6))
        guard let fraction = Int64(digits + String(repeating: "0", count: 6 - digits.count)), fraction >= 0 else {
          return nil
        }
        microseconds += fraction
      } else if seconds.count > 2 {
        return nil
      }
    }
    self.init(microsecondsSinceEpoch: microseconds)
  }

  static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  static func padded(_ value: Int64, to width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

/// Writes numbers of a known width.
private struct FixedWidthDigits {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0

  init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

  mutating func put(_ value: Int64, width: Int, then separator: Unicode.Scalar) {
    var rest = value
    for place in stride(from: count + width - 1, through: count, by: -1) {
      buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    buffer[count + width] = UInt8(ascii: separator)
    count += width + 1
  }

  /// `17:06:28Z`, `17:06:28.500Z` or `17:06:28.500001Z`
  mutating func putClock(_ microsecondsInDay: Int64) {
    let seconds = microsecondsInDay / 1_000_000
    let fraction = microsecondsInDay % 1_000_000
    put(seconds / 3600, width: 2, then: ":")
    put(seconds / 60 % 60, width: 2, then: ":")
    put(seconds % 60, width: 2, then: fraction == 0 ? "Z" : ".")
    guard fraction > 0 else { return }
    if fraction % 1000 == 0 {
      put(fraction / 1000, width: 3, then: "Z")
    } else {
      put(fraction, width: 6, then: "Z")
    }
  }
}

/// A day of the Gregorian calendar.
public struct CalendarDay: Hashable, Sendable, Comparable, CustomStringConvertible {
  fileprivate static let microseconds: Int64 = 86_400_000_000

  public let daysSinceEpoch: Int64

  /// The day's first moment in UTC.
  public var start: Timestamp {
    Timestamp(microsecondsSinceEpoch: daysSinceEpoch.multiplied(saturating: Self.microseconds))
  }

  public func advanced(by days: Int) -> CalendarDay {
    CalendarDay(daysSinceEpoch: daysSinceEpoch.adding(saturating: Int64(days)))
  }

  public init(daysSinceEpoch: Int64) { self.daysSinceEpoch = daysSinceEpoch }

  /// The days that a record of the past may have, up to the day after `now`, for clocks and zones that run ahead: 1900 and
  /// 9999 are what systems write where they know no day.
  public static func ofRecords(now: Timestamp) -> ClosedRange<CalendarDay> {
    CalendarDay(daysSinceEpoch: 0)...max(CalendarDay(daysSinceEpoch: 0), now.day.advanced(by: 1))
  }

  public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }

  /// Year, month 1…12 and day 1…31 (Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days).
  public var civil: (year: Int64, month: Int64, day: Int64) {
    let z = daysSinceEpoch.adding(saturating: 719_468)
    let (era, dayOfEra) = Timestamp.floorDivide(z, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// nil if the calendar has no such day.
  public init?(year: Int64, month: Int64, day: Int64) {
    guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = Timestamp.floorDivide(shiftedYear, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    self.init(daysSinceEpoch: era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    guard civil == (year, month, day) else { return nil }
  }

  /// Reads `2026-11-23`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
      let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  public var description: String {
    let (year, month, day) = civil
    return "\(Timestamp.padded(year, to: 4))-\(Timestamp.padded(month, to: 2))-\(Timestamp.padded(day, to: 2))"
  }
}
