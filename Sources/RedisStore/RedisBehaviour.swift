public import Catalog
import Glibc
public import Ports
import Threading

/// Shoppers' last deeds and profiles, companions of products and trending products in Redis.
///
/// Every key can be absent: it is then read from the durable store and kept for some time. A deed changes only keys that
/// are present, and does not prolong them. Who finds a list absent leaves a `version`, a random word, which each deed
/// deletes: a list that was read before a deed, a forgetting or a loss of all keys finds its word gone and is not kept.
///
/// A note that Redis did not answer may still be in its socket and run later, after the lists were read anew. Each process
/// therefore numbers its notes by an epoch; `drop` begins the next one and raises the process's fence, and Redis passes over
/// notes from before the fence. (Kleppmann, Designing Data-Intensive Applications, 2017, chapter 8: fencing tokens.)
public struct RedisBehaviour: BehaviourCache {
  static let timeToLive = Duration.seconds(7_200)
  static let maxRecent = 100
  /// A list of products viewed together is at most this old; one of products bought together changes at once.
  private static let companionsTimeToLive = Duration.seconds(600)
  /// A list of none is present too.
  private static let nothing = "-"
  /// Deeds, shoppers or keys of one round trip: Redis answers it well within a call's deadline.
  private static let batchSize = 200
  /// No note waits in a socket for as long.
  private static let fenceTimeToLive = Duration.seconds(86_400)

  let client: RedisClient
  /// A product that fewer different shoppers looked at lately does not rise.
  private let trendingShoppers: Int
  private let fence = "vitrine:fence:\(RedisBehaviour.token())"
  private let epoch = Guarded<Int64>(1)

  public init(_ client: RedisClient, trendingShoppers: Int = 1) {
    self.client = client
    self.trendingShoppers = trendingShoppers
  }

  private static func token() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

  private static let parts = ["recent", "profile", "identity", "version", "joined"]

  private static func key(_ shopper: ShopperID, _ part: String) -> String {
    "vitrine:shopper:\(shopper.rawValue):\(part)"
  }

  private static func key(_ list: CompanionList, _ product: ProductID, _ part: String) -> String {
    "vitrine:\(list.rawValue)-with:\(product):\(part)"
  }

  // MARK: Deeds

  /// KEYS: fence, and of each deed recent, version, profile. ARGV: the epoch, the most kept, and of each deed its text and
  /// time. One script for many deeds: Redis takes in and reads a script's text anew each time that it runs.
  ///
  /// The list has the newest first. A deed that comes late would push out a newer one: the list is read anew then.
  private static let noteDeeds = """
    if tonumber(redis.call('GET', KEYS[1]) or 0) > tonumber(ARGV[1]) then return 0 end
    for deed = 1, (#ARGV - 2) / 2 do
      local recent, text = KEYS[3 * deed - 1], ARGV[2 * deed + 1]
      redis.call('DEL', KEYS[3 * deed], KEYS[3 * deed + 1])
      local newest = redis.call('LINDEX', recent, 0)
      if newest then
        local time = tonumber(string.match(newest, '%d+$'))
        if time and time > tonumber(ARGV[2 * deed + 2]) then
          redis.call('DEL', recent)
        else
          redis.call('LPUSH', recent, text)
          redis.call('LTRIM', recent, 0, ARGV[2])
        end
      end
    end
    return 1
    """

  /// KEYS: fence, trending, waiting, and of each deed the product's deeds of the hour and its shoppers. ARGV: the epoch, the
  /// fewest shoppers, seconds of an hour's deeds, seconds of the shoppers, and of each deed the weight, the product, the
  /// shopper, the kind.
  ///
  /// A product waits until enough different shoppers looked at it, and its interest with it. A shopper who does the same
  /// again within an hour counts once. Both are counted by sketches of some bytes, which name nobody (Flajolet et al.,
  /// HyperLogLog, 2007).
  private static let noteTrending = """
    if tonumber(redis.call('GET', KEYS[1]) or 0) > tonumber(ARGV[1]) then return 0 end
    if redis.call('EXISTS', KEYS[2]) == 0 then return 1 end
    for deed = 1, #ARGV / 4 - 1 do
      local weight, product, shopper, kind = ARGV[4 * deed + 1], ARGV[4 * deed + 2], ARGV[4 * deed + 3], ARGV[4 * deed + 4]
      local deeds, shoppers = KEYS[2 * deed + 2], KEYS[2 * deed + 3]
      if redis.call('PFADD', deeds, shopper .. ' ' .. kind) == 1 then
        redis.call('EXPIRE', deeds, ARGV[3])
        if redis.call('ZSCORE', KEYS[2], product) then
          redis.call('ZINCRBY', KEYS[2], weight, product)
        else
          redis.call('PFADD', shoppers, shopper)
          redis.call('EXPIRE', shoppers, ARGV[4])
          local interest = redis.call('ZINCRBY', KEYS[3], weight, product)
          redis.call('EXPIRE', KEYS[3], ARGV[4])
          if redis.call('PFCOUNT', shoppers) >= tonumber(ARGV[2]) then
            redis.call('ZADD', KEYS[2], interest, product)
            redis.call('ZREM', KEYS[3], product)
          end
        end
      end
    end
    return 1
    """

  /// KEYS: fence. ARGV: the epoch, seconds. A fence is never lowered.
  private static let raiseFence = """
    if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
      redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
    end
    return 1
    """

  /// KEYS: the value, its version. ARGV: the version under which it was read, seconds, the commands' words.
  private static let keepIfUnchanged = """
    if ARGV[1] == '' or redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
    redis.call('DEL', KEYS[1])
    for index = 4, #ARGV do redis.call(ARGV[3], KEYS[1], ARGV[index]) end
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    return 1
    """

  public func note(_ interactions: [Interaction], now: Timestamp) async throws {
    let epoch = String(epoch.withLock { $0 })
    for start in stride(from: 0, to: interactions.count, by: Self.batchSize) {
      let deeds = interactions[start..<min(start + Self.batchSize, interactions.count)]
      let replies = try await client.run(commands(for: deeds, epoch: epoch, now: now))
      // Another task dropped these lists meanwhile: the deeds may not be in what was read anew.
      for case .integer(0) in replies { throw RedisError.refused("FENCED") }
    }
  }

  private func commands(for deeds: ArraySlice<Interaction>, epoch: String, now: Timestamp) -> [RedisCommand] {
    var (keys, arguments) = ([fence], [epoch, String(Self.maxRecent - 1)])
    for deed in deeds {
      keys += ["recent", "version", "profile"].map { Self.key(deed.shopper, $0) }
      arguments += [Self.text(of: deed), String(deed.at.microsecondsSinceEpoch)]
    }
    var commands = [Self.script(Self.noteDeeds, keys: keys, arguments)]
    if let trending = trendingCommand(for: deeds, epoch: epoch, now: now) { commands.append(trending) }
    let bought = deeds.filter { $0.kind == .purchase || $0.kind == .returned }
    if !bought.isEmpty {
      // A script, whose answer is not a count that could be 0.
      commands.append(Self.script(Self.deleteKeys, keys: bought.flatMap { Self.keys(.bought, $0.product) }, []))
    }
    return commands
  }

  private func trendingCommand(for deeds: ArraySlice<Interaction>, epoch: String, now: Timestamp) -> RedisCommand? {
    let rising = deeds.filter { InteractionKind.rising.contains($0.kind) }
    guard !rising.isEmpty else { return nil }
    var keys = [fence, TrendingScale.key(now), TrendingScale.key(now, "waiting")]
    var arguments = [
      epoch, String(trendingShoppers), Self.seconds(TrendingScale.repetition), Self.seconds(TrendingScale.timeToLive),
    ]
    let landmark = TrendingScale.landmark(of: now)
    for deed in rising {
      let hour = deed.at.microsecondsSinceEpoch / 3_600_000_000
      keys += [
        TrendingScale.key(now, "deeds:\(deed.product):\(hour)"), TrendingScale.key(now, "shoppers:\(deed.product)"),
      ]
      arguments += [
        "\(deed.weight * TrendingScale.growth(until: deed.at, since: landmark))", deed.product.description,
        String(deed.shopper.rawValue), deed.kind.rawValue,
      ]
    }
    return Self.script(Self.noteTrending, keys: keys, arguments)
  }

  private static let deleteKeys = "redis.call('DEL', unpack(KEYS)) return 1"

  private static func keys(_ list: CompanionList, _ product: ProductID) -> [String] {
    [key(list, product, "version"), key(list, product, "list")]
  }

  public func drop(_ lists: StaleLists) async throws {
    let next = epoch.withLock { epoch in
      epoch += 1
      return epoch
    }
    _ = try await client.run([
      Self.script(Self.raiseFence, keys: [fence], [String(next), Self.seconds(Self.fenceTimeToLive)])
    ])
    var keys = lists.shoppers.flatMap { shopper in
      Self.parts.map { Self.key(shopper, $0) }
    }
    keys += lists.bought.flatMap { Self.keys(.bought, $0) }
    if lists.isTrendingStale || lists.isEverything { keys += try await client.keys(matching: "vitrine:trending:*") }
    if lists.isEverything {
      for pattern in ["vitrine:shopper:*", "vitrine:bought-with:*"] { keys += try await client.keys(matching: pattern) }
    }
    try await delete(keys)
  }

  private func delete(_ keys: [String]) async throws {
    for start in stride(from: 0, to: keys.count, by: Self.batchSize) {
      var command: RedisCommand = ["UNLINK"]
      for key in keys[start..<min(start + Self.batchSize, keys.count)] { command.append(key) }
      _ = try await client.run([command])
    }
  }

  /// Reads a value together with the word under which it may be kept, which is made where there is none.
  private func read(
    _ command: RedisCommand, versionAt version: String
  ) async throws -> (reply: RedisReply, version: String) {
    let replies = try await client.run([
      ["SET", version, Self.token(), "NX", "EX", Self.seconds(Self.timeToLive)], ["GET", version], command,
    ])
    return (replies[2], try replies[1].text("GET") ?? "")
  }

  // MARK: Shoppers

  public func shopper(behind pseudonym: ShopperID) async throws -> Cached<ShopperID> {
    let (reply, version) = try await read(
      ["GET", Self.key(pseudonym, "identity")], versionAt: Self.key(pseudonym, "joined"))
    guard let number = try reply.text("GET").flatMap({ Int64($0) }) else { return .absent(version: version) }
    return .present(ShopperID(rawValue: number))
  }

  public func keep(_ shopper: ShopperID, behind pseudonym: ShopperID, version: String) async throws {
    try await keep(
      [String(shopper.rawValue)], at: Self.key(pseudonym, "identity"), by: "SET", ifVersion: version,
      of: Self.key(pseudonym, "joined"), for: Self.timeToLive)
  }

  public func recent(of shopper: ShopperID) async throws -> Cached<[Interaction]> {
    let (reply, version) = try await read(
      ["LRANGE", Self.key(shopper, "recent"), "0", String(Self.maxRecent - 1)],
      versionAt: Self.key(shopper, "version"))
    let items = try reply.texts("LRANGE")
    guard !items.isEmpty else { return .absent(version: version) }
    return .present(items.compactMap { Self.interaction($0, of: shopper) })
  }

  public func keep(_ interactions: [Interaction], of shopper: ShopperID, version: String) async throws {
    let newest = interactions.sorted { $0.at < $1.at }.suffix(Self.maxRecent).map(Self.text(of:))
    try await keep(
      [Self.nothing] + newest, at: Self.key(shopper, "recent"), by: "LPUSH", ifVersion: version,
      of: Self.key(shopper, "version"), for: Self.timeToLive)
    // The sentinel stands last and is pushed out by a full list.
  }

  public func profile(of shopper: ShopperID) async throws -> Cached<ShopperProfile> {
    let (reply, version) = try await read(
      ["GET", Self.key(shopper, "profile")], versionAt: Self.key(shopper, "version"))
    guard let text = try reply.text("GET"), let profile = ShopperProfile(json: text) else {
      return .absent(version: version)
    }
    return .present(profile)
  }

  public func keep(_ profile: ShopperProfile, of shopper: ShopperID, version: String) async throws {
    try await keep(
      [profile.json], at: Self.key(shopper, "profile"), by: "SET", ifVersion: version, of: Self.key(shopper, "version"),
      for: Self.timeToLive)
  }

  public func forget(_ shoppers: [ShopperID], erasesSearches: Bool) async throws {
    let keys = shoppers.flatMap { shopper in Self.parts.map { Self.key(shopper, $0) } }
    try await delete(keys + (erasesSearches ? shoppers.map(RedisRecentSearches.key) : []))
  }

  // MARK: Products

  public func companions(of product: ProductID, in list: CompanionList) async throws -> Cached<[WeightedProduct]> {
    let (reply, version) = try await read(
      ["LRANGE", Self.key(list, product, "list"), "0", "-1"], versionAt: Self.key(list, product, "version"))
    let items = try reply.texts("LRANGE")
    guard !items.isEmpty else { return .absent(version: version) }
    return .present(items.compactMap(Self.weighted))
  }

  public func keep(
    _ companions: [WeightedProduct], of product: ProductID, in list: CompanionList, version: String
  ) async throws {
    try await keep(
      companions.map { "\($0.product) \($0.weight)" } + [Self.nothing], at: Self.key(list, product, "list"),
      by: "RPUSH", ifVersion: version, of: Self.key(list, product, "version"), for: Self.companionsTimeToLive)
  }

  public func trending(now: Timestamp, limit: Int) async throws -> Cached<[WeightedProduct]> {
    let replies = try await client.run([
      ["ZREVRANGE", TrendingScale.key(now), "0", String(max(0, limit - 1)), "WITHSCORES"]
    ])
    let items = try replies[0].texts("ZREVRANGE")
    guard !items.isEmpty else { return .absent(version: "") }
    let scale = TrendingScale.growth(until: now, since: TrendingScale.landmark(of: now))
    let pairs = stride(from: 0, to: items.count - 1, by: 2).map { (items[$0], items[$0 + 1]) }
    return .present(
      pairs.compactMap { name, score in
        guard let product = ProductID(name), let score = Double(score) else { return nil }
        return WeightedProduct(product: product, weight: score / scale)
      })
  }

  public func keep(trending: [WeightedProduct], now: Timestamp, version: String) async throws {
    let scale = TrendingScale.growth(until: now, since: TrendingScale.landmark(of: now))
    var add: RedisCommand = ["ZADD", TrendingScale.key(now), "NX", "0", Self.nothing]
    for product in trending { add.append("\(product.weight * scale)", product.product.description) }
    _ = try await client.run([
      add, ["EXPIRE", TrendingScale.key(now), Self.seconds(TrendingScale.timeToLive)],
    ])
  }

  // MARK: Texts

  private func keep(
    _ values: [String], at key: String, by command: String, ifVersion version: String, of versionKey: String,
    for time: Duration
  ) async throws {
    _ = try await client.run([
      Self.script(
        Self.keepIfUnchanged, keys: [key, versionKey], [version, Self.seconds(time), command] + values)
    ])
  }

  private static func script(_ text: String, keys: [String], _ arguments: [String]) -> RedisCommand {
    var command: RedisCommand = ["EVAL", text, String(keys.count)]
    for word in keys + arguments { command.append(word) }
    return command
  }

  private static func seconds(_ time: Duration) -> String { String(time.components.seconds) }

  private static func text(of deed: Interaction) -> String {
    "\(deed.product) \(deed.kind.rawValue) \(deed.weight) \(deed.at.microsecondsSinceEpoch)"
  }

  private static func interaction(_ text: String, of shopper: ShopperID) -> Interaction? {
    let parts = text.split(separator: " ")
    guard parts.count == 4, let product = ProductID(parts[0]), let kind = InteractionKind(rawValue: String(parts[1])),
      let weight = Double(parts[2]), let at = Int64(parts[3])
    else { return nil }
    return Interaction(
      shopper: shopper, product: product, kind: kind, weight: weight, at: Timestamp(microsecondsSinceEpoch: at))
  }

  private static func weighted(_ text: String) -> WeightedProduct? {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let product = ProductID(parts[0]), let weight = Double(parts[1]) else { return nil }
    return WeightedProduct(product: product, weight: weight)
  }
}

/// Forward decay: a deed's weight grows with its time since a landmark, so that stored scores never need to shrink.
///
/// score = w · 2^((t - landmark) / half-life); at `now` it is worth score / 2^((now - landmark) / half-life). (Cormode et
/// al., Forward Decay, ICDE 2009.) A landmark lasts 30 days: 2^30 is far from the end of a Double.
enum TrendingScale {
  static let halfLife = 86_400e6
  private static let landmarkDays: Int64 = 30
  /// Longer than anybody would miss it; a lost one is rebuilt.
  static let timeToLive = Duration.seconds(86_400)

  static func landmark(of now: Timestamp) -> CalendarDay {
    CalendarDay(daysSinceEpoch: now.day.daysSinceEpoch / landmarkDays * landmarkDays)
  }

  static func growth(until time: Timestamp, since landmark: CalendarDay) -> Double {
    exp2(Double(time.microsecondsSinceEpoch - landmark.start.microsecondsSinceEpoch) / halfLife)
  }

  /// The time in which the same deed of one shopper counts once.
  static let repetition = Duration.seconds(3_600)

  static func key(_ now: Timestamp) -> String { "vitrine:trending:\(landmark(of: now))" }
  static func key(_ now: Timestamp, _ part: String) -> String { key(now) + ":" + part }
}

extension RedisReply {
  /// The bytes as text; nil for none.
  func text(_ command: String) throws(RedisError) -> String? {
    switch self {
    case .null: nil
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    default: throw .unexpectedReply(command)
    }
  }

  func texts(_ command: String) throws(RedisError) -> [String] {
    guard case .array(let items) = self else { throw .unexpectedReply(command) }
    var texts: [String] = []
    for item in items { if let text = try item.text(command) { texts.append(text) } }
    return texts
  }
}
