function tt_write_ncorr(file, n, varargin)
%TT_WRITE_NCORR  Saves an analysis in the form in which Ncorr saves its own.
%   TT_WRITE_NCORR(FILE, N) saves the variables reference_save, current_save and
%   data_dic_save of N, a struct of TT_TO_NCORR or TT_READ_NCORR, into FILE.
%
%   Ncorr's own files are of version 7.3 (HDF5), and so is FILE in MATLAB and,
%   when the program temtensile is there to convert it, in Octave.
%
%   Options, as name and value:
%     'version'  '7.3' or '7' (default '7.3'); MATLAB, and so Ncorr, reads both,
%                Octave 7 only
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Ncorr reopens FILE only after TT_NCORR_ROI, inside MATLAB, has made objects
%   of the regions of interest, and with the images where the file says they are.
%
%   Units: see TT_TO_NCORR.
%
%   Example
%     tt_write_ncorr('ncorr.mat', tt_to_ncorr(tt_read_field('fields')))
%
%   See also TT_TO_NCORR, TT_READ_NCORR, TT_NCORR_ROI.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('version', '7.3', 'program', ''), varargin);
names = {'reference_save', 'current_save', 'data_dic_save'};
for i = 1:numel(names)
    if ~isfield(n, names{i})
        tt_fail('ncorr', 'there is no %s to save; expected a struct of TT_TO_NCORR or TT_READ_NCORR', names{i});
    end
end
part = struct('reference_save', n.reference_save, 'current_save', n.current_save, 'data_dic_save', n.data_dic_save);
if ~any(strcmp(o.version, {'7', '7.3'}))
    tt_fail('options', '''version'' can be ''7'' or ''7.3'', found ''%s''', o.version);
elseif strcmp(o.version, '7')
    save('-v7', file, '-struct', 'part');
elseif ~exist('OCTAVE_VERSION', 'builtin')
    save('-v7.3', file, '-struct', 'part');
else
    plain = [tempname() '.mat'];
    removing = onCleanup(@() delete(plain));
    save('-v7', plain, '-struct', 'part');
    tt_run(o.program, {'mat', plain, '--hdf', '-o', file});
end
end
