/// A shop's stock day by day under a policy, to see whether the promised service is reached.
public struct InventorySimulation: Sendable {
  /// The policy's two numbers: at or below the reorder point, an order of the quantity.
  public struct Policy: Sendable, Equatable {
    public let reorderPoint: Double
    public let quantity: Double

    public init(reorderPoint: Double, quantity: Double) {
      self.reorderPoint = reorderPoint
      self.quantity = quantity
    }
  }

  public struct Outcome: Sendable, Equatable {
    /// The share of order cycles that ended without a stock-out.
    public let cycleService: Double
    /// The share of demand served from stock.
    public let fillRate: Double
    public let meanStock: Double
    public let orders: Int
    public let stockoutDays: Int
  }

  public let policy: Policy
  public let leadTimeDays: Int

  public init(policy: Policy, leadTimeDays: Int) {
    self.policy = policy
    self.leadTimeDays = max(0, min(leadTimeDays, 730))
  }

  /// Demand of each day in turn; what is missing waits. An order of a day arrives after the lead time, before that day's
  /// demand.
  public func outcome(of demand: [Double]) -> Outcome {
    var stock = policy.reorderPoint + policy.quantity
    var arrivals: [(day: Int, units: Double)] = []
    var (served, wanted, held) = (0.0, 0.0, 0.0)
    var (cycles, failures, orders, stockoutDays) = (0, 0, 0, 0)
    var onOrder = 0.0
    for (day, units) in demand.enumerated() {
      while let arrival = arrivals.first, arrival.day <= day {
        // A cycle fails if the shop had run out just before its order came.
        cycles += 1
        failures += stock < 0 ? 1 : 0
        stock += arrival.units
        onOrder -= arrival.units
        arrivals.removeFirst()
      }
      served += min(max(stock, 0), units)
      wanted += units
      stock -= units
      stockoutDays += stock < 0 ? 1 : 0
      held += max(0, stock)
      while stock + onOrder <= policy.reorderPoint && policy.quantity > 0 {
        arrivals.append((day + leadTimeDays + 1, policy.quantity))
        onOrder += policy.quantity
        orders += 1
      }
    }
    return Outcome(
      cycleService: cycles > 0 ? 1 - Double(failures) / Double(cycles) : 1, fillRate: wanted > 0 ? served / wanted : 1,
      meanStock: demand.isEmpty ? 0 : held / Double(demand.count), orders: orders, stockoutDays: stockoutDays)
  }
}
