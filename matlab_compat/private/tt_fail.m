function tt_fail(name, varargin)
% TT_FAIL  Ends with an error of the toolbox: TT_FAIL(NAME, FORMAT, ...).
%
%   The error's identifier is temtensile:NAME.

% SPDX-License-Identifier: GPL-3.0-or-later
error(['temtensile:' name], '%s', sprintf(varargin{:}));
end
