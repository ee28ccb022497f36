// slotted: compact fixed-field records, slabs, containers under a byte budget. Everything but interop/.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/fixed_string.hpp>
#include <slotted/version.hpp>
