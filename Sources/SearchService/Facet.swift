/// A way to narrow the results, with the count of each choice.
public struct Facet: Sendable, Hashable {
  public enum Kind: String, Sendable { case values, swatches, ranges, categories }

  public struct Value: Sendable, Hashable {
    /// The value of `filter=code:value`.
    public var value: String
    public var label: String
    public var count: Int
    public var isSelected: Bool
    /// `#rrggbb` of a swatch.
    public var hex: String?
    /// How deep a category stands below the shown ones' root.
    public var depth: Int

    public init(value: String, label: String, count: Int, isSelected: Bool, hex: String? = nil, depth: Int = 0) {
      self.value = value
      self.label = label
      self.count = count
      self.isSelected = isSelected
      self.hex = hex
      self.depth = depth
    }
  }

  /// How the results spread over a range, and what of it is chosen. Prices are in minor units.
  public struct Spread: Sendable, Hashable {
    public struct Bar: Sendable, Hashable {
      public var lower: Double
      /// The end of the bar, outside it.
      public var upper: Double
      /// Products; of an attribute, values, of which a product with variants may have several.
      public var count: Int

      public init(lower: Double, upper: Double, count: Int) {
        self.lower = lower
        self.upper = upper
        self.count = count
      }
    }

    public var lowest: Double
    public var highest: Double
    public var chosenLower: Double?
    public var chosenUpper: Double?
    /// Side by side from the lowest to the highest, empty ones too.
    public var bars: [Bar]

    public init(
      lowest: Double, highest: Double, chosenLower: Double? = nil, chosenUpper: Double? = nil, bars: [Bar] = []
    ) {
      self.lowest = lowest
      self.highest = highest
      self.chosenLower = chosenLower
      self.chosenUpper = chosenUpper
      self.bars = bars
    }
  }

  public var code: String
  public var name: String
  public var unit: String?
  public var kind: Kind
  public var values: [Value]
  /// Whether the results have more values than these.
  public var hasMore: Bool
  /// Of prices and of numbers with many values: the bounds of a slider and a histogram.
  public var spread: Spread?

  public init(
    code: String, name: String, unit: String? = nil, kind: Kind, values: [Value], hasMore: Bool = false,
    spread: Spread? = nil
  ) {
    self.code = code
    self.name = name
    self.unit = unit
    self.kind = kind
    self.values = values
    self.hasMore = hasMore
    self.spread = spread
  }
}
