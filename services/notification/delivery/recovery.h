#pragma once

#include "libs/base/clock.h"
#include "libs/postgres/database.h"
#include "services/notification/delivery/flight_file.h"
#include "services/notification/delivery/lane_leases.h"

namespace vefa::notification {

// What a recovery found.
struct Recovered {
  int unknown = 0;    // The dot may have been written and nobody knows the answer.
  int delivered = 0;  // The flight file knew of a 250 that was not recorded.
  int unsent = 0;     // Certainly not sent; they wait in their chunk.
};

// Settles what the previous owner of a lane left in windows without a result, before anything of the
// lane is sent. By the flight file where it can be believed, else all of it is unknown. May be
// repeated.
Result<Recovered> RecoverLane(postgres::Database& pump, FlightFile& flights, const LaneLeases::Lane& lane,
                              const Clock& clock);

}  // namespace vefa::notification
