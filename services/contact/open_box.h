#pragma once

#include "libs/rpc/event_log.h"
#include "services/contact/pii_keys.h"

namespace vefa::contact {

// Opens boxes of ours for GetStateAsOf, by the keys in our own tables. DATA_LOSS `PII_BOX_BROKEN`. `keys` must outlive it.
rpc::OpenBox OpenBoxesBy(PiiKeys& keys);

}  // namespace vefa::contact
