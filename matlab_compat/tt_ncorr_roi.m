function n = tt_ncorr_roi(n, file)
%TT_NCORR_ROI  Makes Ncorr's region-of-interest objects of the structs that stand for them.
%   N = TT_NCORR_ROI(N) replaces in N, a struct of TT_TO_NCORR or TT_READ_NCORR,
%   every region (roi, roi_dic, roi_ref_formatted, roi_cur_formatted) that is a
%   struct with a mask by an object of Ncorr's class ncorr_class_roi made from
%   that mask. TT_NCORR_ROI(N, FILE) saves the result (version 7.3) as well;
%   Ncorr opens that file with File > Load Data, when the images lie where
%   N.reference_save and N.current_save say.
%
%   It needs Ncorr (www.ncorr.com), compiled, on the path, and therefore MATLAB:
%   the class is Ncorr's own and is not part of this toolbox.
%
%   Units: masks are true inside.
%
%   Example
%     n = tt_read_ncorr('from_temtensile.mat');
%     tt_ncorr_roi(n, 'for_ncorr.mat');
%
%   See also TT_TO_NCORR, TT_WRITE_NCORR.

% SPDX-License-Identifier: GPL-3.0-or-later
if ~exist('ncorr_class_roi', 'file') && ~exist('ncorr_class_roi', 'class')
    tt_fail('ncorr', ['Ncorr''s class ncorr_class_roi is not on the path: start MATLAB in the folder of a compiled Ncorr, ' ...
            'or add that folder with addpath']);
end
n.reference_save.roi = object_of(n.reference_save.roi);
for i = 1:numel(n.current_save)
    n.current_save(i).roi = object_of(n.current_save(i).roi);
end
n.data_dic_save.displacements = with_objects(n.data_dic_save.displacements);
n.data_dic_save.strains = with_objects(n.data_dic_save.strains);
if isfield(n.data_dic_save.dispinfo, 'resampled')
    n.data_dic_save.dispinfo = rmfield(n.data_dic_save.dispinfo, 'resampled'); % Ncorr accepts its own fields only
end
if nargin > 1
    tt_write_ncorr(file, n);
end
end

function s = with_objects(s)
names = {'roi_dic', 'roi_ref_formatted', 'roi_cur_formatted'};
for i = 1:numel(s)
    for k = 1:numel(names)
        if isfield(s, names{k})
            s(i).(names{k}) = object_of(s(i).(names{k}));
        end
    end
end
end

function r = object_of(r)
if isstruct(r) && isfield(r, 'mask')
    mask = logical(r.mask);
    r = ncorr_class_roi();
    if any(mask(:))
        r.set_roi('load', struct('mask', mask, 'cutoff', 0));
    end
end
end
