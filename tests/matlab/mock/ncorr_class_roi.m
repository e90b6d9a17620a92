% Stands in for Ncorr's class of regions of interest: the same name and the same call, nothing behind it.
% SPDX-License-Identifier: GPL-3.0-or-later
classdef ncorr_class_roi < handle
    properties
        type = '';
        mask = false(0);
    end
    methods
        function set_roi(obj, type, data)
            obj.type = type;
            obj.mask = data.mask;
        end
    end
end
