#pragma once

#include <memory>
#include <vector>

#include "tests/simulation/schedule.h"

namespace vefa::simulation {

// What has to hold when everything rests. Each break is told to `run`.
void CheckAll(Run& run, const Database& database, const Broker& broker, const Store& store,
              const std::vector<std::unique_ptr<Writer>>& writers);

}  // namespace vefa::simulation
