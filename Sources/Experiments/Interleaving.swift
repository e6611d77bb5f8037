internal import Statistics

/// Two rankings shown as one, so that the same shopper judges both by clicks: far fewer visitors tell which is better than
/// with arms.
///
/// Team draft (Radlinski, Kurup and Joachims 2008): in each round a coin decides who picks first; each side in turn adds
/// its best product that is not yet shown, and is credited with the clicks on its picks.
public struct TeamDraft<Product: Hashable & Sendable>: Sendable {
  public enum Team: Sendable, Equatable { case control, treatment }

  public struct Place: Sendable {
    public let product: Product
    public let team: Team
  }

  public let places: [Place]

  /// `seed` decides the coins; it should come from the visitor and the query, so that a repeated search looks the same.
  public init(control: [Product], treatment: [Product], length: Int, seed: UInt64) {
    precondition(length >= 0, "a page of \(length) products")
    var random = SplitMix64(seed: seed)
    var shown: Set<Product> = []
    var places: [Place] = []
    var next: (control: Int, treatment: Int) = (0, 0)
    func pick(_ team: Team) {
      let ranking = team == .control ? control : treatment
      var index = team == .control ? next.control : next.treatment
      while index < ranking.count, shown.contains(ranking[index]) { index += 1 }
      if index < ranking.count, places.count < length {
        shown.insert(ranking[index])
        places.append(Place(product: ranking[index], team: team))
        index += 1
      }
      if team == .control { next.control = index } else { next.treatment = index }
    }
    while places.count < length {
      let before = places.count
      let isControlFirst = random.next() & 1 == 0
      pick(isControlFirst ? .control : .treatment)
      pick(isControlFirst ? .treatment : .control)
      if places.count == before { break }
    }
    self.places = places
  }

  /// The clicks of each side's picks on one page. Clicks on products that are not on the page do not count.
  public func credit(clicked: Set<Product>) -> (control: Int, treatment: Int) {
    var credit = (control: 0, treatment: 0)
    for place in places where clicked.contains(place.product) {
      if place.team == .control { credit.control += 1 } else { credit.treatment += 1 }
    }
    return credit
  }
}

/// The outcome of interleaved pages. A page is won by the side with more clicks on its picks.
public struct InterleavingResult: Sendable, Equatable {
  public private(set) var wins = 0
  public private(set) var losses = 0
  public private(set) var ties = 0

  public init(wins: Int = 0, losses: Int = 0, ties: Int = 0) {
    precondition(min(wins, losses, ties) >= 0, "a count is below 0")
    (self.wins, self.losses, self.ties) = (wins, losses, ties)
  }

  public mutating func add(_ credit: (control: Int, treatment: Int)) {
    if credit.treatment > credit.control {
      wins += 1
    } else if credit.treatment < credit.control {
      losses += 1
    } else {
      ties += 1
    }
  }

  /// (wins + ties / 2) / pages − ½: above 0 if the treatment is preferred (Chapelle and others 2012). Pages without a
  /// click are ties.
  public var preference: Double {
    let pages = wins + losses + ties
    return pages == 0 ? 0 : (Double(wins) + Double(ties) / 2) / Double(pages) - 0.5
  }

  /// The p-value of the sign test: as many wins or more, of either side, if both were equally good. Ties say nothing.
  public var pValue: Double { FairCoin.twoSided(heads: wins, tosses: wins + losses) }
}
