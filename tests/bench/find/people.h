#pragma once

#include <string>
#include <vector>

#include "libs/testing/engines.h"

namespace vefa::bench {

// So many contacts of the tenant, made in the database itself: Turkish and English names, as unevenly distributed as
// names are (the most frequent surname has 1.6 percent), addresses of half of them at one domain.
void MakePeople(testing::TestDatabase& database, int count);

// Some of them, evenly from all.
struct Sample {
  std::string name, display_name, email, external_id;
};
std::vector<Sample> SamplePeople(testing::TestDatabase& database, int count);

}  // namespace vefa::bench
