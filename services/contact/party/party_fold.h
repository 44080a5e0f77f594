#pragma once

#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {

// Folds what is not about a contact itself: an organisation, an affiliation, a relationship with those who are
// responsible for it, a boundary, a request by a right. Of a lifted boundary nothing is kept (`erased`). Kinds it does not know change nothing.
void FoldParty(const v1::ContactEvent& change, v1::ContactSnapshot& snapshot, bool& erased);

}  // namespace vefa::contact
